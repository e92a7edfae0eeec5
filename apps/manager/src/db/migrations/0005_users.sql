-- What somebody ran stays with the domain that it ran in, when they move to another one.
alter table session drop constraint session_user_id_domain_id_fkey;
alter table session add foreign key (user_id) references "user";

-- Lists of people are filtered by any part of these, and sorted by them.
create index user_email_text on "user" using gin (email gin_trgm_ops);
create index user_name_text on "user" using gin (name gin_trgm_ops);
create index user_full_name_text on "user" using gin (full_name gin_trgm_ops);
create index user_description_text on "user" using gin (description gin_trgm_ops);
create index user_email_order on "user" (email, id);
create index user_name_order on "user" (name, id);
create index user_role_order on "user" (role, id);
create index user_policy_use on "user" (policy);
create index keypair_access_key_text on keypair using gin (access_key gin_trgm_ops);

-- The cluster is never left without anybody who may administer all of it: whatever changes a superadmin comes here.
create function keep_one_superadmin() returns trigger language plpgsql as $$
begin
  -- One at a time: two who leave at once must not each count the other.
  perform pg_advisory_xact_lock(7000005);
  if not exists (
    select 1 from "user" u join keypair k on k.access_key = u.main_access_key
    where u.role = 'superadmin' and u.status = 'active' and k.is_active
  ) then
    raise exception 'the last active superadmin stays one' using errcode = 'check_violation', constraint = 'last_superadmin';
  end if;
  return null;
end $$;
create constraint trigger user_last_superadmin after update of role, status, main_access_key on "user"
  deferrable initially immediate for each row
  when (old.role = 'superadmin' and old.status = 'active'
    and (new.role, new.status, new.main_access_key) is distinct from (old.role, old.status, old.main_access_key))
  execute function keep_one_superadmin();
create constraint trigger keypair_last_superadmin after update of is_active on keypair
  deferrable initially immediate for each row when (old.is_active and not new.is_active)
  execute function keep_one_superadmin();
