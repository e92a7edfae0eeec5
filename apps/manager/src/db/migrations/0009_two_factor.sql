-- A code is good once: only later ones than the last are taken. 30-second steps since 1970.
alter table "user" add totp_last_step bigint;

-- For who has lost the device that shows the codes. Each is good once, and is gone after that.
create table recovery_code (
  user_id uuid not null references "user",
  hash bytea not null,
  primary key (user_id, hash)
);
