-- Who changed what, when, and from where. Names are copies: an entry outlives what it tells of. Never holds a secret.
create table audit_entry (
  id uuid primary key default uuidv7(),
  at timestamptz not null default now(),
  request_id text not null,
  actor_id uuid,
  actor_name text not null,
  domain_id uuid,
  source text not null,
  operation text not null,
  target text not null,
  before jsonb,
  after jsonb
);
comment on column audit_entry.before is 'ts: Record<string, unknown>';
comment on column audit_entry.after is 'ts: Record<string, unknown>';
create index audit_entry_target on audit_entry (operation, target, id desc);

-- What a keypair holds, and how many of its sessions wait, is asked at each request for a session and in each turn.
create index session_keypair_live on session (access_key, status)
  where status not in ('terminated', 'cancelled', 'error');
