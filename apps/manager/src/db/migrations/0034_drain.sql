-- An agent that is drained takes no new sessions, whatever its switch says; what still runs there at the deadline is ended.
alter table agent
  add column drain_mode text check (drain_mode in ('finish', 'end')),
  add column drain_started_at timestamptz,
  add column drain_deadline_at timestamptz,
  add check ((drain_mode is null) = (drain_started_at is null)),
  add check (drain_mode is not null or drain_deadline_at is null),
  add check (drain_mode is distinct from 'end' or drain_deadline_at is not null);
comment on column agent.drain_mode is 'ts: ''finish'' | ''end''';
