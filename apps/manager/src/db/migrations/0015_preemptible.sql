-- Its owner agreed that it may be ended for a session of higher priority, where the group does that.
alter table session add column is_preemptible boolean not null default false;
