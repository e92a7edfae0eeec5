-- It waits until then, whatever room there is. Its limits of time count from then on.
alter table session add column starts_at timestamptz;
