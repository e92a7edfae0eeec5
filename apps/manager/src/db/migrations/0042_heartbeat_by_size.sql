-- How long after its last word an agent is heard of again at the latest: it said so itself (AGT-06). In milliseconds.
alter table agent add column heartbeat_ms int not null default 5000 check (heartbeat_ms between 1000 and 60000);
