-- Work on many things at once. A loop does it in batches; each is a transaction with the results of its items.
create table job (
  id uuid primary key default uuidv7(),
  kind text not null,
  status text not null default 'queued' check (status in ('queued', 'running', 'done', 'failed', 'cancelled')),
  -- What is to be done to each thing, without secrets.
  changes jsonb not null,
  created_by uuid not null references "user",
  -- Those who administer this domain see it; of null only those who administer all.
  domain_id uuid references domain,
  -- The request that asked for it, for the audit log.
  request_id text not null,
  source text not null,
  total_count integer not null,
  done_count integer not null default 0,
  unchanged_count integer not null default 0,
  failed_count integer not null default 0,
  is_cancel_wanted boolean not null default false,
  failure jsonb,
  -- Turns in a row that broke.
  breaks integer not null default 0,
  created_at timestamptz not null default now(),
  started_at timestamptz,
  ended_at timestamptz,
  check ((ended_at is not null) = (status in ('done', 'failed', 'cancelled'))),
  check (done_count + unchanged_count + failed_count <= total_count)
);
create index job_live on job (id) where ended_at is null;
create index job_ended on job (ended_at) where ended_at is not null;
create index job_domain on job (domain_id, id desc);
comment on column job.kind is 'ts: import(''@capstan/contract/job-request'').JobKind';
comment on column job.status is 'ts: import(''@capstan/contract/job'').JobStatus';
comment on column job.changes is 'ts: Record<string, unknown>';
comment on column job.failure is 'ts: { code: string; message: string }';
create trigger job_ended_is_final before update of status on job for each row
  when (old.status in ('done', 'failed', 'cancelled') and new.status <> old.status) execute function ended_is_final();

create table job_item (
  job_id uuid not null references job on delete cascade,
  number integer not null,
  -- What it is about, and how people call it.
  target text not null,
  name text not null,
  status text not null default 'waiting' check (status in ('waiting', 'done', 'unchanged', 'failed', 'cancelled')),
  reason jsonb,
  primary key (job_id, number)
);
create index job_item_status on job_item (job_id, status, number);
comment on column job_item.status is 'ts: import(''@capstan/contract/job'').ItemStatus';
comment on column job_item.reason is 'ts: { code: string; message: string }';

create trigger job_inserted after insert on job
  referencing new table as changed for each statement execute function notify_change('job');
create trigger job_updated after update on job
  referencing new table as changed for each statement execute function notify_change('job');
