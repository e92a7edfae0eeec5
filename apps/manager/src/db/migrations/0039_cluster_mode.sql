-- Where the containers of a session may be: all on one agent, or each where there is room.
alter table session
  add column cluster_mode text not null default 'single-node' check (cluster_mode in ('single-node', 'multi-node')),
  add constraint session_cluster_size_most check (cluster_size <= 1000);
comment on column session.cluster_mode is 'ts: import(''@capstan/contract/session'').ClusterMode';
