-- How many requests each keypair has made, and when. Apart from the keypair itself, which this would write all the time.
create table keypair_use (
  access_key text primary key references keypair on delete cascade,
  count bigint not null default 0,
  last_at timestamptz,
  -- Requests before this one are forgotten.
  kept_from bigint not null default 1
) with (fillfactor = 50);
insert into keypair_use (access_key, count, last_at)
  select access_key, query_count, last_used_at from keypair where last_used_at is not null;
alter table keypair drop column query_count, drop column last_used_at;

-- Requests of the last 15 minutes: numbers first_n and on were made at this time, up to where the next row begins.
create table keypair_request (
  access_key text not null references keypair on delete cascade,
  at timestamptz not null,
  first_n bigint not null,
  primary key (access_key, first_n)
);
create index keypair_request_at on keypair_request (access_key, at);

-- Lets as many requests of each keypair through as its limit leaves in any 15 minutes, and counts these. The decision note
-- 0007 says why the count is right.
create function admit_requests(keys text[], counts int[])
returns table (access_key text, admitted int, used int, most int, reset_s float8) language plpgsql as $$
declare
  span constant interval := interval '15 minutes';
  asked record;
  known record;
  t timestamptz;
  first_inside record;
  first_kept bigint;
begin
  for asked in
    select given.key, given.count, k.rate_limit
    from unnest(keys, counts) as given (key, count) join keypair k on k.access_key = given.key order by given.key
  loop
    select u.count, u.last_at, u.kept_from into known from keypair_use u where u.access_key = asked.key for update;
    if not found then
      insert into keypair_use (access_key) values (asked.key) on conflict do nothing;
      select u.count, u.last_at, u.kept_from into known from keypair_use u where u.access_key = asked.key for update;
    end if;
    -- Read after the lock is held, and never before the one who held it: numbers and times go up together.
    t := greatest(clock_timestamp(), known.last_at);
    select r.first_n, r.at into first_inside from keypair_request r
      where r.access_key = asked.key and r.at > t - span order by r.at, r.first_n limit 1;
    used := coalesce(known.count - first_inside.first_n + 1, 0);
    admitted := least(asked.count, greatest(asked.rate_limit - used, 0));
    if admitted > 0 then
      first_kept := coalesce(first_inside.first_n, known.count + 1);
      if first_kept > known.kept_from then
        delete from keypair_request r where r.access_key = asked.key and r.first_n < first_kept;
      end if;
      insert into keypair_request values (asked.key, t, known.count + 1);
      update keypair_use u set count = u.count + admitted, last_at = t, kept_from = first_kept
        where u.access_key = asked.key;
    end if;
    access_key := asked.key;
    used := used + admitted;
    most := asked.rate_limit;
    reset_s := extract(epoch from coalesce(first_inside.at, t) + span - t);
    return next;
  end loop;
end $$;

-- What a keypair has made in the window that ends now.
create function requests_in_window(key text) returns int language sql stable as $$
  select coalesce((
    select (u.count - r.first_n + 1)::int from keypair_use u join keypair_request r using (access_key)
    where u.access_key = key and r.at > clock_timestamp() - interval '15 minutes' order by r.at, r.first_n limit 1
  ), 0)
$$;
