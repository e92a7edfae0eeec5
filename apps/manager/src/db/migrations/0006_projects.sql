-- What a domain or a project may use beside what its people's keypairs follow.
alter table domain add allowed_volumes jsonb not null default '{}';
alter table project add allowed_volumes jsonb not null default '{}';
comment on column domain.allowed_volumes is 'ts: Record<string, string[]>';
comment on column project.allowed_volumes is 'ts: Record<string, string[]>';

-- Who may use a resource group that is not public.
create table domain_group (
  domain_id uuid not null references domain,
  resource_group text not null references resource_group,
  primary key (domain_id, resource_group)
);
create index domain_group_group on domain_group (resource_group);
create table project_group (
  project_id uuid not null references project,
  resource_group text not null references resource_group,
  primary key (project_id, resource_group)
);
create index project_group_group on project_group (resource_group);

create index project_name_text on project using gin (name gin_trgm_ops);
create index project_name_order on project (name, id);
create index project_policy_use on project (policy);

-- Everybody of a domain is a member of its model stores, whoever comes first.
create function fill_model_store() returns trigger language plpgsql as $$
begin
  insert into membership (user_id, project_id, domain_id)
    select u.id, new.id, new.domain_id from "user" u where u.domain_id = new.domain_id on conflict do nothing;
  return null;
end $$;
create trigger project_model_store after insert on project
  for each row when (new.type = 'model-store') execute function fill_model_store();

create function join_model_stores() returns trigger language plpgsql as $$
begin
  insert into membership (user_id, project_id, domain_id)
    select new.id, p.id, p.domain_id from project p where p.domain_id = new.domain_id and p.type = 'model-store'
    on conflict do nothing;
  return null;
end $$;
create trigger user_model_stores after insert on "user" for each row execute function join_model_stores();
create trigger user_moved_model_stores after update of domain_id on "user"
  for each row when (new.domain_id <> old.domain_id) execute function join_model_stores();
