-- What an allocation takes of a device, in the device's own unit. One of another slot has the device whole: it was made before
-- the agent began, or ceased, to give shares of it.
create function held_of(amount bigint, amount_slot text, capacity bigint, slot text) returns bigint
  language sql immutable parallel safe
  return case when amount_slot = slot then amount else greatest(amount, capacity) end;

-- SCH-10 as before, with what is held so, and of the devices only that are given out just now: one that fell off while it
-- was held says nothing against the others of its agent.
create or replace function allocation_within_capacity() returns trigger language plpgsql as $$
declare
  over record;
begin
  perform pg_advisory_xact_lock(locks.key)
  from (select distinct hashtextextended(agent_id, 7001) as key from added order by 1) as locks;
  select allocation.agent_id, allocation.device_id into over
  from allocation
  join device on device.agent_id = allocation.agent_id and device.id = allocation.device_id
  where allocation.agent_id in (select agent_id from added)
    and (allocation.agent_id, allocation.device_id) in (select agent_id, device_id from added)
  group by allocation.agent_id, allocation.device_id, device.capacity
  having sum(held_of(allocation.amount, allocation.slot, device.capacity, device.slot)) > device.capacity
  limit 1;
  if found then
    raise exception 'agent % has not that much of %', over.agent_id, over.device_id
      using errcode = 'check_violation', constraint = 'allocation_within_capacity';
  end if;
  return null;
end $$;
