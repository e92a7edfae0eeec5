-- The scheduler asks for the next start time after each of its turns.
create index session_next_start on session (starts_at) where status = 'pending';
