-- A service stays with the domain that it runs in, as sessions do, when its owner moves to another one.
alter table service drop constraint service_user_id_domain_id_fkey;
alter table service add foreign key (user_id) references "user";
