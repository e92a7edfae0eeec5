create table session (
  id uuid primary key default uuidv7(),
  name text not null check (length(name) between 4 and 64),
  type text not null check (type in ('interactive', 'batch', 'inference')),
  status text not null default 'pending' check (status in
    ('pending', 'scheduled', 'preparing', 'pulling', 'creating', 'running', 'terminating', 'terminated', 'cancelled', 'error')),
  reason jsonb,
  result text not null default 'undefined' check (result in ('undefined', 'success', 'failure')),
  exit_code integer,
  domain_id uuid not null,
  project_id uuid not null,
  user_id uuid not null,
  access_key text not null,
  image_id uuid not null references image,
  resource_group text not null references resource_group,
  -- Per container, in smallest units, after the image's minimum was applied.
  amounts jsonb not null,
  shmem_bytes bigint not null,
  cluster_size integer not null default 1 check (cluster_size >= 1),
  environ_sealed bytea not null,
  environ_names text[] not null default '{}',
  startup_command text,
  is_sudo_enabled boolean not null default false,
  notices text[] not null default '{}',
  priority integer not null default 10 check (priority between 0 and 100),
  -- Starts that failed; placements that were tried in vain.
  failures integer not null default 0,
  skips integer not null default 0,
  created_at timestamptz not null default now(),
  scheduled_at timestamptz,
  started_at timestamptz,
  ended_at timestamptz,
  foreign key (project_id, domain_id) references project (id, domain_id),
  foreign key (user_id, domain_id) references "user" (id, domain_id),
  check (type <> 'batch' or startup_command is not null),
  check ((ended_at is not null) = (status in ('terminated', 'cancelled', 'error')))
);
create unique index session_name on session (user_id, lower(name))
  where status not in ('terminated', 'cancelled', 'error');
create index session_pending on session (resource_group, priority desc, id) where status = 'pending';
create index session_live on session (status) where status not in ('terminated', 'cancelled', 'error');
create index session_owner on session (user_id, id desc);
create index session_domain on session (domain_id, id desc);
create index session_project on session (project_id, id desc);
create index session_name_text on session using gin (name gin_trgm_ops);
comment on column session.type is 'ts: ''interactive'' | ''batch'' | ''inference''';
comment on column session.status is 'ts: import(''@capstan/contract/session'').SessionStatus';
comment on column session.reason is 'ts: import(''@capstan/contract/session'').Reason';
comment on column session.result is 'ts: ''undefined'' | ''success'' | ''failure''';
comment on column session.amounts is 'ts: Record<string, number>';

create table session_history (
  session_id uuid not null references session on delete cascade,
  number bigint generated always as identity,
  status text not null,
  reason jsonb,
  at timestamptz not null default clock_timestamp(),
  primary key (session_id, number)
);
comment on column session_history.status is 'ts: import(''@capstan/contract/session'').SessionStatus';
comment on column session_history.reason is 'ts: import(''@capstan/contract/session'').Reason';

create table kernel (
  id uuid primary key default uuidv7(),
  session_id uuid not null references session on delete cascade,
  -- Number of the start this belongs to: a failed start leaves its kernels behind.
  attempt integer not null default 0,
  index integer not null,
  role text not null check (role in ('main', 'sub')),
  hostname text not null,
  agent_id text not null references agent,
  status text not null default 'scheduled' check (status in
    ('scheduled', 'preparing', 'pulling', 'creating', 'running', 'terminating', 'terminated', 'error')),
  reason jsonb,
  container_id text,
  exit_code integer,
  progress jsonb,
  apps jsonb not null default '[]',
  open_apps text[] not null default '{}',
  is_log_complete boolean not null default false,
  created_at timestamptz not null default now(),
  started_at timestamptz,
  ended_at timestamptz,
  check ((ended_at is not null) = (status in ('terminated', 'error')))
);
create unique index kernel_one_live on kernel (session_id, index) where status not in ('terminated', 'error');
create index kernel_session on kernel (session_id, attempt);
create index kernel_wanted on kernel (agent_id) where status not in ('terminated', 'error') or not is_log_complete;
comment on column kernel.role is 'ts: ''main'' | ''sub''';
comment on column kernel.status is 'ts: import(''@capstan/contract/session'').SessionStatus';
comment on column kernel.reason is 'ts: import(''@capstan/contract/session'').Reason';
comment on column kernel.progress is 'ts: { current: number; total: number; message: string }';
comment on column kernel.apps is 'ts: { name: string; status: ''starting'' | ''ready'' | ''failed''; message: string }[]';

-- What a live kernel holds of its agent's devices, in smallest units. Its rows are the only record of use.
create table allocation (
  kernel_id uuid not null references kernel on delete cascade,
  agent_id text not null,
  device_id text not null,
  slot text not null,
  amount bigint not null check (amount > 0),
  primary key (kernel_id, device_id),
  foreign key (agent_id, device_id) references device (agent_id, id)
);
create index allocation_agent on allocation (agent_id) include (device_id, slot, amount);

-- SCH-10: no agent gives more of a device than it has. Inserts for one agent wait for each other, and then see each other.
create function allocation_within_capacity() returns trigger language plpgsql as $$
declare
  over record;
begin
  perform pg_advisory_xact_lock(locks.key)
  from (select distinct hashtextextended(agent_id, 7001) as key from added order by 1) as locks;
  select allocation.agent_id, allocation.device_id into over
  from allocation
  join device on device.agent_id = allocation.agent_id and device.id = allocation.device_id
  where allocation.agent_id in (select agent_id from added)
  group by allocation.agent_id, allocation.device_id, device.capacity
  having sum(allocation.amount) > device.capacity
  limit 1;
  if found then
    raise exception 'agent % has not that much of %', over.agent_id, over.device_id
      using errcode = 'check_violation', constraint = 'allocation_within_capacity';
  end if;
  return null;
end $$;
create trigger allocation_within_capacity after insert on allocation
  referencing new table as added for each statement execute function allocation_within_capacity();

-- A kernel that has ended holds nothing: freed exactly once, whoever ended it.
create function kernel_frees_allocation() returns trigger language plpgsql as $$
begin
  delete from allocation where kernel_id in
    (select id from changed where status in ('terminated', 'error'));
  return null;
end $$;
create trigger kernel_frees_allocation after update on kernel
  referencing new table as changed for each statement execute function kernel_frees_allocation();

-- Nothing leaves an ended state.
create function ended_is_final() returns trigger language plpgsql as $$
begin
  raise exception '% % has ended', tg_table_name, old.id using errcode = 'check_violation', constraint = 'ended_is_final';
end $$;
create trigger session_ended_is_final before update of status on session for each row
  when (old.status in ('terminated', 'cancelled', 'error') and new.status <> old.status) execute function ended_is_final();
create trigger kernel_ended_is_final before update of status on kernel for each row
  when (old.status in ('terminated', 'error') and new.status <> old.status) execute function ended_is_final();

create function session_keeps_history() returns trigger language plpgsql as $$
begin
  insert into session_history (session_id, status, reason) values (new.id, new.status, new.reason);
  return null;
end $$;
create trigger session_created_history after insert on session for each row execute function session_keeps_history();
create trigger session_moved_history after update of status on session for each row
  when (new.status <> old.status) execute function session_keeps_history();

-- The kept log, in pieces as they came; begins_at is the byte of the log at which a piece begins.
create table kernel_log (
  kernel_id uuid not null references kernel on delete cascade,
  begins_at bigint not null check (begins_at >= 0),
  ends_at bigint not null check (ends_at > begins_at),
  data bytea not null,
  primary key (kernel_id, begins_at)
);

-- Samples of use: lost with a crash of the database, which is fine for plots, and so cheap to write.
create unlogged table kernel_usage (
  kernel_id uuid not null,
  at timestamptz not null,
  cpu_milli double precision not null,
  mem_bytes double precision not null,
  primary key (kernel_id, at)
);
create index kernel_usage_age on kernel_usage (at);

-- Tells every manager what changed; each tells the browsers that may know (event stream). Ids of one statement go together.
create function notify_change() returns trigger language plpgsql as $$
declare
  topic text := tg_argv[0];
  ids text;
begin
  if tg_table_name = 'kernel' then
    select string_agg(distinct session_id::text, ',') into ids from changed;
  else
    select string_agg(id::text, ',') into ids from changed;
  end if;
  if ids is null then return null; end if;
  if length(ids) > 4000 then ids := ''; end if;
  perform pg_notify('capstan_change', topic || ':' || ids);
  return null;
end $$;
create trigger session_inserted after insert on session
  referencing new table as changed for each statement execute function notify_change('session');
create trigger session_updated after update on session
  referencing new table as changed for each statement execute function notify_change('session');
create trigger kernel_updated after update on kernel
  referencing new table as changed for each statement execute function notify_change('session');
create trigger image_task_inserted after insert on image_task
  referencing new table as changed for each statement execute function notify_change('image');
create trigger image_task_updated after update on image_task
  referencing new table as changed for each statement execute function notify_change('image');
create trigger image_inserted after insert on image
  referencing new table as changed for each statement execute function notify_change('image');
