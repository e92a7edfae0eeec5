-- Every request of an agent looks it up by its token.
create unique index agent_token on agent (token_hash);

-- A heartbeat writes the agent's row, and nothing that an index holds: the new version stays on its page, and no index
-- grows. Who fell silent is found by reading all agents, which are thousands at most, every two seconds.
drop index agent_contact;
alter table agent set (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.05);

-- Rows that are written several times within minutes: room for it, and swept before they pile up.
alter table kernel set (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.05);
alter table session set (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.05);
alter table allocation set (autovacuum_vacuum_scale_factor = 0.05);
