-- What the agent's own configuration said last, and the group that it asks to be moved to by having been changed since. A
-- group of that name need not exist.
alter table agent
  add column configured_group text,
  add column requested_group text;
update agent set configured_group = resource_group;
