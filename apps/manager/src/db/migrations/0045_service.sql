-- A model service: so many sessions alike, its replicas, are kept going. What each of them is stands here as in a session.
create table service (
  id uuid primary key default uuidv7(),
  name text not null check (length(name) between 4 and 56),
  domain_id uuid not null,
  project_id uuid not null,
  user_id uuid not null,
  access_key text not null,
  image_id uuid not null references image,
  resource_group text not null references resource_group,
  -- Per replica, in smallest units, after the image's minimum was applied.
  amounts jsonb not null,
  shmem_bytes bigint not null,
  environ_sealed bytea not null,
  environ_names text[] not null default '{}',
  startup_command text not null,
  is_sudo_enabled boolean not null,
  notices text[] not null default '{}',
  priority integer not null check (priority between 0 and 100),
  is_preemptible boolean not null,
  replica_count integer not null check (replica_count between 0 and 1000),
  -- Replicas are named by the service and a number that is not used again; this is the latest.
  latest_number integer not null default 0,
  -- Why there are fewer replicas than asked for.
  reason jsonb,
  -- What failed before the number of replicas was last set says nothing about what comes.
  set_at timestamptz not null default now(),
  created_at timestamptz not null default now(),
  ended_at timestamptz,
  foreign key (project_id, domain_id) references project (id, domain_id),
  foreign key (user_id, domain_id) references "user" (id, domain_id)
);
create unique index service_name on service (user_id, lower(name)) where ended_at is null;
create index service_live on service (id) where ended_at is null;
create index service_owner on service (user_id, id desc);
create index service_domain on service (domain_id, id desc);
comment on column service.amounts is 'ts: Record<string, number>';
comment on column service.reason is 'ts: import(''@capstan/contract/session'').Reason';

alter table session add column service_id uuid references service;
alter table session add constraint session_replica check ((type = 'inference') = (service_id is not null));
create index session_replica_live on session (service_id)
  where service_id is not null and status not in ('terminating', 'terminated', 'cancelled', 'error');
create index session_replica on session (service_id, id desc) where service_id is not null;

create trigger service_inserted after insert on service
  referencing new table as changed for each statement execute function notify_change('service');
create trigger service_updated after update on service
  referencing new table as changed for each statement execute function notify_change('service');
