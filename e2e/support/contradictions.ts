import type pg from 'pg'

/** What must be true of the tables whenever nothing is going on: each query finds what contradicts it. */
const contradictions: Readonly<Record<string, string>> = {
  'no device gives more than it has': `
    select d.agent_id || '/' || d.id || ' gives ' || sum(a.amount) || ' of ' || d.capacity from device d
    join allocation a on a.agent_id = d.agent_id and a.device_id = d.id group by d.agent_id, d.id, d.capacity
    having sum(a.amount) > d.capacity`,
  'a session that runs has all its containers, each once': `
    select s.name || ' runs with ' || count(k.id) || ' of ' || s.cluster_size || ' containers' from session s
    left join kernel k on k.session_id = s.id and k.status = 'running' where s.status = 'running' group by s.id
    having count(k.id) <> s.cluster_size or count(distinct k.index) <> s.cluster_size`,
  'a start has every container once': `
    select s.name || ' has ' || count(*) || ' containers in start ' || k.attempt from kernel k
    join session s on s.id = k.session_id group by s.id, k.attempt
    having count(*) <> s.cluster_size or count(distinct k.index) <> s.cluster_size`,
  'a container that lives holds what it was given': `
    select k.id || ' holds ' || coalesce(a.amount, 0) || ' of ' || (s.amounts ->> 'cpu') from kernel k
    join session s on s.id = k.session_id left join allocation a on a.kernel_id = k.id and a.slot = 'cpu'
    where k.status not in ('terminated', 'error') and a.amount is distinct from (s.amounts ->> 'cpu')::bigint`,
  'what has ended holds nothing': `
    select k.id || ' is ' || k.status || ' and holds ' || a.amount || ' ' || a.slot from allocation a
    join kernel k on k.id = a.kernel_id where k.status in ('terminated', 'error')`,
  'a session that has ended or waits has no container that lives': `
    select s.name || ' is ' || s.status || ', its ' || k.hostname || ' is ' || k.status from session s
    join kernel k on k.session_id = s.id and k.status not in ('terminated', 'error')
    where s.status in ('pending', 'terminated', 'cancelled', 'error')`,
  'a session ends once, and not while it runs': `
    select s.name || ' is ' || s.status || ' after ' || string_agg(h.status, ' ' order by h.number) from session s
    join session_history h on h.session_id = s.id group by s.id
    having count(*) filter (where h.status in ('terminated', 'cancelled', 'error'))
      <> case when s.status in ('terminated', 'cancelled', 'error') then 1 else 0 end`,
}

/** All that contradicts what must be true; empty when nothing does. */
export async function findContradictions(db: pg.Client): Promise<string[]> {
  const found: string[] = []
  for (const [invariant, query] of Object.entries(contradictions)) {
    const { rows } = await db.query<[string]>({ text: query, rowMode: 'array' })
    found.push(...rows.map(([text]) => `${invariant}: ${text}`))
  }
  return found
}
