-- The only agents on which a session may be placed; none: any of its resource group.
alter table session add column designated_agents text[] not null default '{}';
