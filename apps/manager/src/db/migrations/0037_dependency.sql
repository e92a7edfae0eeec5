-- A session that waits until others have ended well. Written with the session itself, and never later: whom a session waits for
-- was there before it, so none waits for itself, however far around.
create table session_dependency (
  session_id uuid not null references session on delete cascade,
  depends_on uuid not null references session on delete cascade,
  primary key (session_id, depends_on),
  check (session_id <> depends_on)
);
create index session_dependency_on on session_dependency (depends_on);

-- When the last of those had ended well that it waited for: its limits of time count from then on. Null: it waits for nobody;
-- infinity: it waits still.
alter table session add column released_at timestamptz;
create index session_unreleased on session (id) where status = 'pending' and released_at = 'infinity';
