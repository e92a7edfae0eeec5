-- Trigrams find nothing shorter than three letters. These are all the single letters and pairs of a text, for such filters.
create function letters_and_pairs(given text) returns text[] language sql immutable parallel safe strict as $$
  select array(
    select distinct substr(lower(given), at, long) from generate_series(1, length(given)) as at, generate_series(1, 2) as long
    where at + long - 1 <= length(given))
$$;
create index user_email_short on "user" using gin (letters_and_pairs(email));
create index user_name_short on "user" using gin (letters_and_pairs(name));
create index user_full_name_short on "user" using gin (letters_and_pairs(full_name));
create index user_description_short on "user" using gin (letters_and_pairs(description));
create index keypair_access_key_short on keypair using gin (letters_and_pairs(access_key));
