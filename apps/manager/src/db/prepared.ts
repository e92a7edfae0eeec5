import { createHash } from 'node:crypto'
import { type PostgresPool, type PostgresPoolClient, sql } from 'kysely'
import pg from 'pg'

const mark = '/* prepared */'

/**
 * Begins a statement that every connection keeps prepared: parsing and planning it costs more than running it. For
 * statements that are run very often and whose text is always the same; a connection keeps them until it ends.
 */
export const prepared = sql.raw(mark)

/** PostgreSQL answers so where a table has got another form since the statement was prepared: by a newer Capstan. */
const isStale = (error: unknown): boolean =>
  error instanceof pg.DatabaseError &&
  error.code === '0A000' &&
  error.routine === 'RevalidateCachedQuery'

const names = new Map<string, string>()

function nameOf(text: string): string {
  const known = names.get(text)
  if (known !== undefined) return known
  const name = createHash('sha256').update(text).digest('base64url')
  names.set(text, name)
  return name
}

/** The pool, as Kysely sees it: with connections that prepare what is marked `prepared`. */
export function preparing(pool: pg.Pool): PostgresPool {
  const clients = new WeakMap<pg.PoolClient, PostgresPoolClient>()
  return {
    options: pool.options,
    end: () => pool.end(),
    connect: async () => {
      const client = await pool.connect()
      const known = clients.get(client) ?? preparingClient(client)
      clients.set(client, known)
      return known
    },
  }
}

function preparingClient(client: pg.PoolClient): PostgresPoolClient {
  let hasStale = false
  // Both take cursors too: those are handed on as they are.
  const query = async (text: unknown, values: readonly unknown[]): Promise<unknown> => {
    if (typeof text !== 'string' || !text.startsWith(mark))
      return client.query(text as string, values as unknown[])
    try {
      return await client.query({ name: nameOf(text), text, values: [...values] })
    } catch (error) {
      hasStale ||= isStale(error)
      throw error
    }
  }
  return Object.assign(Object.create(client) as PostgresPoolClient, {
    query,
    // One with a stale statement is not used again; the pool makes another in its place.
    release: () => client.release(hasStale),
  })
}
