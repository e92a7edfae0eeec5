-- Jobs that make users: what each is to be, and until the job has ended its password, sealed, and the hash of that.
alter table job_item add input jsonb;
alter table job_item add secret_sealed bytea;
alter table job_item add password_hash text;
comment on column job_item.input is 'ts: Record<string, unknown>';

-- Passwords that are hashed; those that were made up; and how long these can still be had.
alter table job add prepared_count integer not null default 0;
alter table job add generated_count integer not null default 0;
alter table job add passwords_until timestamptz;
create index job_passwords on job (passwords_until) where passwords_until is not null;
