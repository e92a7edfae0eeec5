import pg from 'pg'
import { migrate } from '@capstan/manager/db/migrate'
import { startPostgres } from './postgres.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    /** Connection URL of the server's maintenance database; the migrated one to clone is called `template`. */
    databaseUrl: string
  }
}

interface Project {
  readonly provide: (key: 'databaseUrl', value: string) => void
}

/** One PostgreSQL for a whole test run, with a migrated database that each file clones. */
export async function setup({ provide }: Project): Promise<() => Promise<void>> {
  const server = await startPostgres()
  const admin = server.url('postgres')
  await query(admin, 'create database template')
  await migrate(server.url('template'))
  provide('databaseUrl', admin)
  return server.stop
}

async function query(url: string, text: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  await client.query(text)
  await client.end()
}
