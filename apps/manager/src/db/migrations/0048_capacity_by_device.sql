-- SCH-10 as before, looked up for each device that is given out just now, by index `allocation_device`, instead of among all that
-- its agent's containers hold.
create or replace function allocation_within_capacity() returns trigger language plpgsql as $$
declare
  over record;
begin
  perform pg_advisory_xact_lock(locks.key)
  from (select distinct hashtextextended(agent_id, 7001) as key from added order by 1) as locks;
  select device.agent_id, device.id as device_id into over
  from (select distinct agent_id, device_id from added) as given
  join device on device.agent_id = given.agent_id and device.id = given.device_id
  where device.capacity < (
    select sum(held_of(held.amount, held.slot, device.capacity, device.slot)) from allocation held
    where held.agent_id = device.agent_id and held.device_id = device.id)
  limit 1;
  if found then
    raise exception 'agent % has not that much of %', over.agent_id, over.device_id
      using errcode = 'check_violation', constraint = 'allocation_within_capacity';
  end if;
  return null;
end $$;
