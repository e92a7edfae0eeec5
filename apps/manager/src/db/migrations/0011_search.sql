-- The search finds people and keypairs by how they begin, in one order whatever the language of the database.
create index user_email_begin on "user" ((lower(email)) collate "C");
create index user_name_begin on "user" ((lower(name)) collate "C");
create index user_full_name_begin on "user" ((lower(full_name)) collate "C");
create index keypair_access_key_begin on keypair (access_key collate "C");
