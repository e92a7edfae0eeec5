-- Services are found by a part of their name, those that have ended too.
create index service_name_text on service using gin (name gin_trgm_ops);
