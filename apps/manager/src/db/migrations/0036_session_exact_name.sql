-- The search finds sessions of exactly a name, the live ones first and then the newest, however many others hold it. The
-- statuses stand in the order of `endedStatuses`: the search orders by this expression.
create index session_exact_name on session
  (lower(name), (status not in ('terminated', 'cancelled', 'error')) desc, id desc);
