-- The log tells of refused and failed operations too, of what they were about by its id, and of what was undone.
alter table audit_entry
  add column target_id text,
  add column noun text generated always as (split_part(operation, '.', 1)) stored,
  -- Why it failed: code of the catalogue and what was said; null when it was done.
  add column code text,
  add column failure jsonb,
  -- What was asked for, where nothing of it was secret: it can be asked for again.
  add column input jsonb,
  add column undoes uuid references audit_entry;
comment on column audit_entry.failure is 'ts: { detail: string | null; issues: { path: string; message: string }[] }';
comment on column audit_entry.input is 'ts: Record<string, unknown>';
comment on column audit_entry.domain_id is 'Whose administrators may see it; null: superadmins and the actor only';

-- What superadmins did before was noted as of their own domain, whatever it was about.
update audit_entry set domain_id = null
  where actor_id in (select id from "user" where role = 'superadmin');

-- An operation is undone once.
create unique index audit_entry_undoes on audit_entry (undoes) where undoes is not null;
create index audit_entry_actor on audit_entry (actor_id, id desc);
create index audit_entry_domain on audit_entry (domain_id, id desc) where domain_id is not null;
create index audit_entry_noun on audit_entry (noun, id desc);
create index audit_entry_failed on audit_entry (id desc) where code is not null;
create index audit_entry_request on audit_entry (request_id);
create index audit_entry_target_text on audit_entry using gin (target gin_trgm_ops);
create index audit_entry_actor_text on audit_entry using gin (actor_name gin_trgm_ops);
