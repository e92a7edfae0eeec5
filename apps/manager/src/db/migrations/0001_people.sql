create extension if not exists pg_trgm;

-- Facts about this cluster: its id, its signing keys (sealed).
create table setting (
  name text primary key,
  value jsonb not null
);

create table domain (
  id uuid primary key default uuidv7(),
  name text not null unique check (length(name) between 1 and 64),
  description text not null default '' check (length(description) <= 500),
  is_active boolean not null default true,
  created_at timestamptz not null default now()
);

create table project_policy (
  name text primary key check (length(name) between 1 and 64),
  max_folder_count integer check (max_folder_count >= 0),
  max_folder_bytes bigint check (max_folder_bytes >= 0),
  max_network_count integer check (max_network_count >= 0),
  created_at timestamptz not null default now()
);
comment on table project_policy is 'A null limit is no limit';

create table user_policy (
  name text primary key check (length(name) between 1 and 64),
  max_folder_count integer check (max_folder_count >= 0),
  max_folder_bytes bigint check (max_folder_bytes >= 0),
  max_service_session_count integer check (max_service_session_count >= 0),
  max_custom_image_count integer check (max_custom_image_count >= 0),
  created_at timestamptz not null default now()
);
comment on table user_policy is 'A null limit is no limit';

create table keypair_policy (
  name text primary key check (length(name) between 1 and 64),
  -- Most of each slot in use at once, in smallest units; a slot that is not named is unlimited.
  max_amounts jsonb not null default '{}',
  max_cluster_size integer check (max_cluster_size >= 1),
  max_lifetime_s bigint check (max_lifetime_s > 0),
  max_pending_count integer check (max_pending_count >= 0),
  max_pending_amounts jsonb not null default '{}',
  max_concurrent_count integer check (max_concurrent_count between 0 and 100),
  max_sftp_count integer check (max_sftp_count >= 0),
  idle_timeout_s bigint check (idle_timeout_s between 0 and 15552000),
  allowed_volumes jsonb not null default '{}',
  created_at timestamptz not null default now()
);
comment on table keypair_policy is 'A null limit is no limit';
comment on column keypair_policy.max_amounts is 'ts: Record<string, number>';
comment on column keypair_policy.max_pending_amounts is 'ts: Record<string, number>';
comment on column keypair_policy.allowed_volumes is 'ts: Record<string, string[]>';

create table project (
  id uuid primary key default uuidv7(),
  domain_id uuid not null references domain,
  name text not null check (length(name) between 1 and 64),
  description text not null default '' check (length(description) <= 500),
  type text not null default 'general' check (type in ('general', 'model-store')),
  is_active boolean not null default true,
  policy text not null references project_policy,
  created_at timestamptz not null default now(),
  unique (id, domain_id)
);
create unique index project_name on project (domain_id, lower(name));
comment on column project.type is 'ts: ''general'' | ''model-store''';

create table "user" (
  id uuid primary key default uuidv7(),
  domain_id uuid not null references domain,
  email text not null check (length(email) between 3 and 64),
  name text not null check (length(name) between 1 and 64),
  full_name text not null default '' check (length(full_name) <= 64),
  description text not null default '' check (length(description) <= 500),
  role text not null default 'user' check (role in ('superadmin', 'admin', 'user')),
  status text not null default 'active' check (status in ('active', 'inactive', 'before-verification', 'deleted')),
  password_hash text not null,
  is_password_change_required boolean not null default false,
  is_sudo_enabled boolean not null default false,
  totp_seed_sealed bytea,
  is_totp_enabled boolean not null default false,
  policy text not null references user_policy,
  main_access_key text,
  created_at timestamptz not null default now(),
  modified_at timestamptz not null default now(),
  unique (id, domain_id)
);
create unique index user_email on "user" (lower(email));
create unique index user_name on "user" (lower(name));
create index user_domain on "user" (domain_id);
comment on column "user".role is 'ts: ''superadmin'' | ''admin'' | ''user''';
comment on column "user".status is 'ts: ''active'' | ''inactive'' | ''before-verification'' | ''deleted''';

-- The domain stands here too, so that the database itself keeps members and projects in one domain.
create table membership (
  user_id uuid not null,
  project_id uuid not null,
  domain_id uuid not null,
  created_at timestamptz not null default now(),
  primary key (user_id, project_id),
  foreign key (user_id, domain_id) references "user" (id, domain_id),
  foreign key (project_id, domain_id) references project (id, domain_id)
);
create index membership_project on membership (project_id);

create table keypair (
  access_key text primary key check (access_key ~ '^AKIA[A-Z2-7]{16}$'),
  user_id uuid not null references "user",
  secret_key_sealed bytea not null,
  is_active boolean not null default true,
  policy text not null references keypair_policy,
  rate_limit integer not null default 10000 check (rate_limit between 0 and 50000),
  created_at timestamptz not null default now(),
  last_used_at timestamptz,
  query_count bigint not null default 0,
  unique (access_key, user_id)
);
create index keypair_user on keypair (user_id);
create index keypair_policy_use on keypair (policy);

-- A main access key is a key of the same user, and stays while it is the main one.
alter table "user" add constraint user_main_access_key
  foreign key (main_access_key, id) references keypair (access_key, user_id) deferrable initially deferred;

-- A signed-in browser. The cookie holds the secret, this its hash.
create table browser_session (
  hash bytea primary key,
  user_id uuid not null references "user",
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  last_seen_at timestamptz not null default now()
);
create index browser_session_user on browser_session (user_id);
create index browser_session_expiry on browser_session (expires_at);

-- Failed sign-ins by e-mail (hashed: what people mistype here may be a password).
create table sign_in_failure (
  email_hash bytea primary key,
  count integer not null,
  last_at timestamptz not null
);
create index sign_in_failure_age on sign_in_failure (last_at);

create table join_token (
  id uuid primary key default uuidv7(),
  hash bytea not null unique,
  role text not null check (role in ('agent', 'proxy', 'storage')),
  description text not null default '',
  created_at timestamptz not null default now(),
  expires_at timestamptz,
  last_used_at timestamptz
);
comment on column join_token.role is 'ts: ''agent'' | ''proxy'' | ''storage''';
