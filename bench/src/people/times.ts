import { api } from '@capstan/contract/api'
import type { Call } from '@capstan/contract/client'
import type { Db } from '@capstan/manager/db/db'
import { sql } from 'kysely'
import type { Figures } from '../main.ts'
import { quantile, rounded } from '../statistics.ts'
import { requestsOf } from './requests.ts'

/** Requests of each kind whose times are taken. */
const tries = 60

/** Times of what an administrator does on the pages of people, one request at a time, and the worst of filters and searches. */
export async function timesOf(call: Call, db: Db): Promise<Figures> {
  const { rows } = await sql<{ id: string }>`
    select id from "user" where password_hash = '' order by random() limit ${tries}`.execute(db)
  const last = (await call(api.user.list, { sort: 'email', limit: 200 })).nextCursor!
  const ids = rows.map(({ id }) => id)
  const figures: Record<string, number> = {}
  const worst = { filter: 0, search: 0 }
  for (const [name, request] of Object.entries(requestsOf(call, { ids, last }))) {
    const times = await measured(request)
    for (const part of [50, 95, 99])
      figures[`${name}P${part}Ms`] = rounded(quantile(times, part / 100))
    for (const kind of ['filter', 'search'] as const)
      if (name.startsWith(kind)) worst[kind] = Math.max(worst[kind], quantile(times, 0.95))
  }
  return {
    filterWorstP95Ms: rounded(worst.filter),
    searchP95Ms: rounded(worst.search),
    ...figures,
  }
}

/** Milliseconds of each try, after one that does not count. */
async function measured(request: (number: number) => Promise<unknown>): Promise<number[]> {
  await request(0)
  const times: number[] = []
  for (let number = 1; number <= tries; number++) {
    const begin = performance.now()
    await request(number)
    times.push(performance.now() - begin)
  }
  return times
}
