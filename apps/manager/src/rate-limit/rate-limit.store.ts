import { sql } from 'kysely'
import type { Db } from '../db/db.ts'

/** Requests that ask to be let through, by keypair. */
export type Asked = ReadonlyMap<string, number>

export interface Answer {
  readonly accessKey: string
  /** How many of those that asked may go on. */
  readonly admitted: number
  /** Requests in the window, these included. */
  readonly used: number
  /** The keypair's limit. */
  readonly most: number
  /** Seconds until the oldest request leaves the window. */
  readonly resetS: number
}

/** Counts requests of the last 15 minutes, and lets through what the limits leave (KEY-08). A keypair that is gone has no answer. */
export async function admit(db: Db, asked: Asked): Promise<Answer[]> {
  const { rows } = await sql<Answer>`
    select access_key, admitted, used, most, reset_s
    from admit_requests(${[...asked.keys()]}::text[], ${[...asked.values()]}::int[])`.execute(db)
  return rows
}
