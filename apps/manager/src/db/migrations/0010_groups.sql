-- What administrators say of a resource group, beside what it had.
alter table resource_group
  drop constraint resource_group_scheduler_check,
  add constraint resource_group_scheduler_check check (scheduler in ('fifo', 'lifo', 'drf', 'fair-share', 'priority')),
  drop constraint resource_group_selector_check,
  add constraint resource_group_selector_check check (selector in ('dispersed', 'concentrated', 'balanced')),
  add column creation_retries integer check (creation_retries between 1 and 1000),
  add column enforces_spreading boolean not null default false,
  -- Null: for ever.
  add column reserve_after_s integer default 600 check (reserve_after_s >= 0),
  add column half_life_s integer not null default 604800 check (half_life_s >= 60),
  add column is_preemption_enabled boolean not null default false,
  add column proxy_address text check (length(proxy_address) <= 256),
  -- Of the token that the group's own proxy joins with.
  add column proxy_token_hash bytea;
comment on column resource_group.scheduler is 'ts: import(''@capstan/contract/group'').Scheduler';
comment on column resource_group.selector is 'ts: import(''@capstan/contract/group'').Selector';
create index resource_group_name_text on resource_group using gin (name gin_trgm_ops);

create table keypair_group (
  access_key text not null references keypair on delete cascade,
  resource_group text not null references resource_group,
  primary key (access_key, resource_group)
);
create index keypair_group_group on keypair_group (resource_group);

-- What drf and fair-share owe somebody, against 1 for everybody else.
create table group_weight (
  resource_group text not null references resource_group on delete cascade,
  user_id uuid not null references "user",
  weight double precision not null check (weight > 0),
  primary key (resource_group, user_id)
);

-- A deleted group, a moved agent and a list of sessions ask who is in a group, whatever their state.
create index agent_in_group on agent (resource_group);
create index session_in_group on session (resource_group, id desc);

-- The token that a proxy joined with: a group that has one trusts only proxies that know it.
alter table proxy add column joined_with bytea;

-- What applies where a group says nothing of its own, scheduler by scheduler.
insert into setting (name, value) values ('scheduler_defaults', jsonb_build_object(
  'fifo', '{"creationRetries": 3, "retriesToSkip": 3}'::jsonb,
  'lifo', '{"creationRetries": 3, "retriesToSkip": 3}'::jsonb,
  'drf', '{"creationRetries": 3, "retriesToSkip": 3}'::jsonb,
  'fair-share', '{"creationRetries": 3, "retriesToSkip": 3}'::jsonb,
  'priority', '{"creationRetries": 3, "retriesToSkip": 3}'::jsonb));

-- Mean use of a group, slot by slot in smallest units, in which what was used a half-life ago counts half: right at the time given.
create table group_use (
  resource_group text not null references resource_group on delete cascade,
  user_id uuid not null references "user",
  mean jsonb not null,
  at timestamptz not null,
  primary key (resource_group, user_id)
);
comment on column group_use.mean is 'ts: Record<string, number>';
