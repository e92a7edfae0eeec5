import { CamelCasePlugin, Kysely, PostgresDialect, type Transaction } from 'kysely'
import pg from 'pg'
import { preparing } from './prepared.ts'
import type { Schema } from './types.gen.ts'

/** The database, or a transaction on it: stores take either. */
export type Db = Kysely<Schema>
export type Tx = Transaction<Schema>

// int8 as number: every amount of ours (bytes included) is below 2^53, which the contract's limits see to.
pg.types.setTypeParser(pg.types.builtins.INT8, Number)
// Sums of int8 come as numeric.
pg.types.setTypeParser(pg.types.builtins.NUMERIC, Number)

export interface Database {
  readonly db: Db
  readonly pool: pg.Pool
}

export interface DatabaseOptions {
  /** Most connections. */
  readonly max?: number
  /**
   * Rows are found by an index wherever there is one, for those who only look up what they know by name. A connection keeps its
   * plans, those of foreign keys and triggers too: made while a table was nearly empty, they would read all of it for each of
   * the thousands that come in a burst.
   */
  readonly isByIndex?: boolean
}

/** Opens a pool of connections. Nothing is connected yet. `onError` hears of idle ones that break. */
export function openDatabase(
  url: string,
  onError: (error: Error) => void,
  { max = 16, isByIndex = false }: DatabaseOptions = {},
): Database {
  const pool = new pg.Pool({
    ...connectionOf(url),
    max,
    // Cursors hold times as text. Nothing here runs long enough to be worth compiling.
    options: `-c timezone=UTC -c jit=off${isByIndex ? ' -c enable_seqscan=off' : ''}`,
    connectionTimeoutMillis: 5000,
    // Each one costs the server megabytes: a cluster that rests is small.
    idleTimeoutMillis: 10_000,
    // A lost server must not hang a request for ever.
    statement_timeout: 60_000,
    keepAlive: true,
  })
  pool.on('error', onError)
  // Whoever uses a connection that breaks hears of it by their query; unheard, it would end the process.
  pool.on('connect', client => {
    client.on('error', () => {})
  })
  return { db: createDb(pool), pool }
}

/** What `pg` needs to know for a URL; sockets as `postgresql://user@/db?host=/folder`. */
export const connectionOf = (url: string): pg.ClientConfig => ({ connectionString: url })

const createDb = (pool: pg.Pool): Db =>
  new Kysely<Schema>({
    dialect: new PostgresDialect({ pool: preparing(pool) }),
    plugins: [new CamelCasePlugin({ maintainNestedObjectKeys: true })],
  })
