-- Rows that loops ask for every few seconds, and that are few or none among many: agents that are away or to be empty by some
-- time, and sessions that may make room for others. No heartbeat writes what these indexes hold.
create index agent_away on agent (lost_at) where status <> 'connected';
create index agent_drain_deadline on agent (drain_deadline_at) where drain_deadline_at is not null;
create index session_making_room on session (resource_group)
  where (status = 'terminating' or is_preemptible) and status not in ('pending', 'terminated', 'cancelled', 'error');

-- Each status has a time, as before, written for all sessions of a statement at once.
drop trigger session_created_history on session;
drop trigger session_moved_history on session;
create or replace function session_keeps_history() returns trigger language plpgsql as $$
begin
  if tg_op = 'INSERT' then
    insert into session_history (session_id, status, reason) select id, status, reason from changed;
  else
    insert into session_history (session_id, status, reason)
    select changed.id, changed.status, changed.reason from changed join before using (id)
    where changed.status <> before.status;
  end if;
  return null;
end $$;
create trigger session_created_history after insert on session
  referencing new table as changed for each statement execute function session_keeps_history();
create trigger session_moved_history after update on session
  referencing old table as before new table as changed for each statement execute function session_keeps_history();
