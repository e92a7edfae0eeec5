-- Open event streams hear of it when somebody is signed out, deactivated or given other rights: they end at once.
create function notify_account() returns trigger language plpgsql as $$
declare
  ids text;
begin
  if tg_table_name = 'user' then
    select string_agg(after.id::text, ',') into ids from changed after join before using (id)
      where (after.status, after.role, after.main_access_key, after.is_password_change_required)
        is distinct from (before.status, before.role, before.main_access_key, before.is_password_change_required);
  elsif tg_table_name = 'keypair' then
    select string_agg(distinct after.user_id::text, ',') into ids from changed after join before using (access_key)
      where after.is_active <> before.is_active;
  else
    select string_agg(distinct user_id::text, ',') into ids from before;
  end if;
  if ids is null then return null; end if;
  if length(ids) > 4000 then ids := ''; end if;
  perform pg_notify('capstan_change', 'account:' || ids);
  return null;
end $$;
create trigger user_changed after update on "user"
  referencing old table as before new table as changed for each statement execute function notify_account();
create trigger keypair_changed after update on keypair
  referencing old table as before new table as changed for each statement execute function notify_account();
create trigger browser_session_ended after delete on browser_session
  referencing old table as before for each statement execute function notify_account();
