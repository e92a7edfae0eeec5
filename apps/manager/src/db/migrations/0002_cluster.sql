create table resource_group (
  name text primary key check (name ~ '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$'),
  description text not null default '' check (length(description) <= 500),
  is_active boolean not null default true,
  is_public boolean not null default true,
  scheduler text not null default 'fifo' check (scheduler in ('fifo', 'lifo', 'drf')),
  selector text not null default 'dispersed' check (selector in ('dispersed', 'concentrated')),
  allowed_session_types text[] not null default '{interactive,batch,inference}' check (cardinality(allowed_session_types) > 0),
  pending_timeout_s integer not null default 0 check (pending_timeout_s >= 0),
  retries_to_skip integer check (retries_to_skip >= 0),
  created_at timestamptz not null default now()
);
comment on column resource_group.scheduler is 'ts: ''fifo'' | ''lifo'' | ''drf''';
comment on column resource_group.selector is 'ts: ''dispersed'' | ''concentrated''';
comment on column resource_group.allowed_session_types is 'ts: (''interactive'' | ''batch'' | ''inference'')[]';

create table agent (
  id text primary key check (id ~ '^[a-z0-9]([a-z0-9.-]{0,62}[a-z0-9])?$'),
  token_hash bytea not null,
  address text not null default '',
  region text not null default '',
  architecture text not null default '',
  resource_group text references resource_group,
  version text not null default '',
  status text not null default 'connected' check (status in ('connected', 'lost', 'terminated')),
  status_reason text,
  is_schedulable boolean not null default true,
  runtimes jsonb not null default '[]',
  problems jsonb not null default '[]',
  usage jsonb,
  -- Of the last report's slow-changing part: an equal one is not written again.
  report_hash text not null default '',
  first_contact_at timestamptz not null default now(),
  last_contact_at timestamptz not null default now(),
  lost_at timestamptz
);
create index agent_group on agent (resource_group) where status = 'connected';
create index agent_contact on agent (last_contact_at) where status = 'connected';
comment on column agent.status is 'ts: ''connected'' | ''lost'' | ''terminated''';
comment on column agent.runtimes is 'ts: import(''@capstan/contract/agent'').Runtime[]';
comment on column agent.problems is 'ts: { code: string; message: string }[]';
comment on column agent.usage is 'ts: import(''@capstan/contract/agent'').NodeUsage';

-- What stands behind an agent's slots. Capacity in the slot's smallest unit.
create table device (
  agent_id text not null references agent on delete cascade,
  id text not null,
  slot text not null,
  kind text not null,
  model text not null default '',
  capacity bigint not null check (capacity >= 0),
  numa_node integer,
  primary key (agent_id, id)
);

create table image (
  id uuid primary key default uuidv7(),
  reference text not null,
  architecture text not null,
  runtime text not null check (runtime in ('docker', 'process')),
  digest text,
  size_bytes bigint not null default 0,
  labels jsonb not null default '{}',
  created_at timestamptz not null default now(),
  unique (reference, architecture, runtime)
);
create index image_reference on image using gin (reference gin_trgm_ops);
comment on column image.runtime is 'ts: ''docker'' | ''process''';
comment on column image.labels is 'ts: Record<string, string>';

create table agent_image (
  agent_id text not null references agent on delete cascade,
  image_id uuid not null references image on delete cascade,
  primary key (agent_id, image_id)
);
create index agent_image_image on agent_image (image_id);

create table image_task (
  id uuid primary key default uuidv7(),
  kind text not null check (kind in ('pull', 'build')),
  reference text not null default '',
  agent_id text not null references agent on delete cascade,
  user_id uuid not null references "user",
  status text not null default 'waiting' check (status in ('waiting', 'running', 'done', 'failed', 'cancelled')),
  progress double precision not null default 0,
  message text not null default '',
  created_at timestamptz not null default now(),
  ended_at timestamptz
);
create index image_task_live on image_task (agent_id) where status in ('waiting', 'running');
create index image_task_age on image_task (created_at);
comment on column image_task.kind is 'ts: ''pull'' | ''build''';
comment on column image_task.status is 'ts: ''waiting'' | ''running'' | ''done'' | ''failed'' | ''cancelled''';

create table proxy (
  id text primary key,
  token_hash bytea not null unique,
  address text not null default '',
  apps_host text not null default '',
  is_tls boolean not null default false,
  version text not null default '',
  last_contact_at timestamptz not null default now()
);

create table storage (
  id text primary key,
  token_hash bytea not null unique,
  address text not null default '',
  version text not null default '',
  last_contact_at timestamptz not null default now()
);

create table volume (
  name text not null,
  storage_id text not null references storage on delete cascade,
  path text not null,
  backend text not null,
  capabilities text[] not null default '{}',
  capacity_bytes bigint not null,
  used_bytes bigint not null,
  reported_at timestamptz not null default now(),
  primary key (name, storage_id)
);
