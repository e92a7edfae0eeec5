import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Binaries, findBinaries } from './binaries.ts'
import { endLeftovers, isReady } from './leftover.ts'
import { type Owner, ownerFor } from './owner.ts'

const user = 'capstan'

export interface PostgresOptions {
  /** Holds one data folder per major version. */
  readonly folder: string
  readonly password: string
  /** Lines that the server says, for its log. */
  readonly onOutput: (chunk: Buffer) => void
}

export interface PostgresServer {
  readonly url: string
  readonly child: ChildProcess
}

/** Small, and without the helper processes that a single machine does not need. */
const settings = [
  'listen_addresses=',
  'unix_socket_permissions=0700',
  'shared_buffers=48MB',
  'max_connections=60',
  'io_method=sync',
  'max_worker_processes=4',
  'max_parallel_workers=2',
  'max_parallel_workers_per_gather=1',
  'max_logical_replication_workers=0',
  'wal_level=minimal',
  'max_wal_senders=0',
  'max_wal_size=256MB',
  'log_checkpoints=off',
  'jit=off',
]

/**
 * Starts the PostgreSQL that comes with us, on a Unix socket in a folder that only its user may enter, and with a password
 * on top. Makes the data on first use; ends what an earlier run left. Resolves when it takes connections.
 */
export async function startPostgres(options: PostgresOptions): Promise<PostgresServer> {
  const owner = ownerOfData(options.folder)
  const binaries = findBinaries(owner)
  const dataFolder = join(options.folder, binaries.major)
  const socketFolder = socketFolderFor(dataFolder, owner)
  if (existsSync(dataFolder)) await endLeftovers(dataFolder, socketFolder)
  else {
    refuseOtherMajor(options.folder, binaries.major)
    initialise(dataFolder, { binaries, owner, password: options.password })
  }
  const run = runIn(dataFolder, owner)
  const child = spawn(
    binaries.postgres,
    [
      '-D',
      run.dataPath,
      ...[
        ...settings,
        `unix_socket_directories=${socketFolder === dataFolder ? '.' : socketFolder}`,
        // For people who look at the list of processes: which home a server belongs to.
        `capstan.data=${dataFolder}`,
      ].flatMap(setting => ['-c', setting]),
    ],
    // Its own process group: Ctrl-C at the terminal must not end it before the programs that use it.
    { ...run.spawn, stdio: ['ignore', 'ignore', 'pipe'], detached: true },
  )
  await ready(child, dataFolder, options.onOutput)
  const host = encodeURIComponent(socketFolder)
  return { child, url: `postgresql://${user}:${options.password}@/${user}?host=${host}` }
}

/** An empty database beside the real one would look like lost data. */
function refuseOtherMajor(folder: string, major: string): void {
  const other = readdirSync(folder).find(name => /^\d+$/.test(name))
  if (other !== undefined)
    throw new Error(
      `${folder} holds data of PostgreSQL ${other}, and this version of Capstan brings PostgreSQL ${major}: dump it with the earlier version first`,
    )
}

function ownerOfData(folder: string): Owner {
  mkdirSync(folder, { recursive: true, mode: 0o711 })
  return ownerFor(join(folder, findBinaries(undefined).major))
}

/**
 * As root the data may lie below a folder that the server's user cannot pass through (`/root`). It need not: a process may
 * always use the folder that it was started in, and `/proc/self/cwd` is an absolute name for that, as the server wants one.
 */
function runIn(dataFolder: string, owner: Owner) {
  const isCwdNamed = owner !== undefined && process.platform === 'linux'
  return {
    dataPath: isCwdNamed ? '/proc/self/cwd' : dataFolder,
    spawn: { cwd: dataFolder, ...owner, env: { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' } },
  }
}

interface Making {
  readonly binaries: Binaries
  readonly owner: Owner
  readonly password: string
}

/** Made beside and renamed when complete: a crash half-way leaves a draft that the next start throws away. */
function initialise(dataFolder: string, { binaries, owner, password }: Making): void {
  const draft = `${dataFolder}.draft`
  rmSync(draft, { recursive: true, force: true })
  mkdirSync(draft, { mode: 0o700 })
  if (owner) chownSync(draft, owner.uid, owner.gid)
  const run = runIn(draft, owner)
  const step = (program: string, args: readonly string[], input = ''): void => {
    const { status, stderr, error } = spawnSync(program, args, {
      ...run.spawn,
      input,
      encoding: 'utf8',
    })
    // The single-user server goes on after a failed statement, and ends with 0.
    if (status !== 0 || /^.*(ERROR|FATAL): /m.test(stderr))
      throw new Error(`cannot make the database in ${dataFolder}: ${stderr ?? error?.message}`, {
        cause: error,
      })
  }
  const locale = ['--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8']
  step(binaries.initdb, ['-D', run.dataPath, '-U', user, '-A', 'trust', '-E', 'UTF8', ...locale])
  step(
    binaries.postgres,
    ['--single', '-D', run.dataPath, 'postgres'],
    `alter role ${user} password '${password}'\ncreate database ${user}\n`,
  )
  writeFileSync(
    join(draft, 'pg_hba.conf'),
    'local all all scram-sha-256\nhost all all 127.0.0.1/32 scram-sha-256\n',
  )
  renameSync(draft, dataFolder)
}

/** Longest path of a Unix socket that every system takes, in bytes. */
const longestSocketPath = 103

/** The data folder itself, or a private one with a short name where the socket's path would be too long. */
function socketFolderFor(dataFolder: string, owner: Owner): string {
  if (Buffer.byteLength(join(dataFolder, '.s.PGSQL.5432')) <= longestSocketPath) return dataFolder
  const hash = createHash('sha256').update(dataFolder).digest('hex').slice(0, 16)
  const folder = join(tmpdir().length < 60 ? tmpdir() : '/tmp', `capstan-${hash}`)
  if (!lstatSync(folder, { throwIfNoEntry: false })) {
    mkdirSync(folder, { mode: 0o700 })
    if (owner) chownSync(folder, owner.uid, owner.gid)
  }
  const found = lstatSync(folder)
  if (!found.isDirectory() || found.uid !== (owner?.uid ?? process.getuid?.()))
    throw new Error(
      `${folder} belongs to another user: remove it, or choose a shorter CAPSTAN_HOME`,
    )
  return folder
}

async function ready(
  child: ChildProcess,
  dataFolder: string,
  onOutput: (chunk: Buffer) => void,
): Promise<void> {
  const said: Buffer[] = []
  let failure: Error | undefined
  child.stderr?.on('data', (chunk: Buffer) => {
    if (said.length < 20) said.push(chunk)
    onOutput(chunk)
  })
  child.once('error', error => (failure = error))
  child.once('close', code => {
    failure ??= new Error(`PostgreSQL ended with ${code}: ${Buffer.concat(said).toString()}`)
  })
  while (child.pid === undefined || !isReady(dataFolder, child.pid)) {
    if (failure) throw failure
    await sleep(10)
  }
}
