import { type ChildProcess, spawn } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { api } from '@capstan/contract/api'
import { type Call, createClient } from '@capstan/contract/client'
import { signedApiVersion, signRequest } from '@capstan/runtime/signing'

const cli = fileURLToPath(new URL('../../../apps/cli/src/main.ts', import.meta.url))

export const programs = ['manager', 'agent', 'proxy', 'storage'] as const
export type ProgramName = (typeof programs)[number]

/** A whole real system in a process tree of its own, on a temporary home and free ports. */
export interface System {
  readonly url: string
  readonly home: string
  readonly email: string
  readonly password: string
  /** Makes requests as the first administrator, signed with their keypair; waits out a manager that is away. */
  readonly call: Call
  readonly launcher: () => ChildProcess
  /** Process ids of a program of this system; of PostgreSQL, the server's own. */
  readonly pids: (name: ProgramName | 'postgres') => number[]
  /** Kills everything at once, the way a power cut would. */
  readonly killAll: () => Promise<void>
  /** Starts it again on the same home. */
  readonly start: () => Promise<void>
  /** Stops in good order; with `erase`, the home goes too. */
  readonly stop: (mode?: 'erase' | 'keep') => Promise<void>
  /** What the programs wrote to their logs, for the message of a failed test. */
  readonly logs: (name: ProgramName | 'postgres', lines?: number) => string
}

export interface SystemOptions {
  readonly env?: Readonly<Record<string, string>>
  /** How long to wait for the console to answer. */
  readonly patienceMs?: number
}

/** Starts a system and waits until its console answers. */
export async function startSystem({
  env = {},
  patienceMs = 60_000,
}: SystemOptions = {}): Promise<System> {
  const home = mkdtempSync(join(tmpdir(), 'capstan-system-'))
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const email = 'admin@example.test'
  const password = 'correct-horse-1'
  let launcher: ChildProcess | undefined
  const output: string[] = []

  const start = async (): Promise<void> => {
    const child = spawn(process.execPath, [cli, 'up'], {
      env: {
        ...process.env,
        CAPSTAN_HOME: home,
        CAPSTAN_PORT: String(port),
        CAPSTAN_ADMIN_EMAIL: email,
        CAPSTAN_ADMIN_PASSWORD: password,
        ...env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    launcher = child
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', chunk => output.push(String(chunk)))
    const ready = async (): Promise<boolean> => {
      if (child.exitCode !== null)
        throw new Error(`up ended with ${child.exitCode}: ${output.join('').slice(-3000)}`)
      return fetch(`${url}/readyz`).then(
        response => response.ok,
        () => false,
      )
    }
    await until('the console answers', ready, { patienceMs, everyMs: 50 })
  }

  await start()
  const call = await signedCall(url, { email, password })
  return {
    url,
    home,
    email,
    password,
    call,
    launcher: () => launcher!,
    pids: name => pidsOf(home, port, name),
    killAll: async () => {
      const exited = ended(launcher!)
      const all = [
        ...programs.flatMap(name => pidsOf(home, port, name)),
        ...pidsOf(home, port, 'postgres'),
      ]
      launcher!.kill('SIGKILL')
      for (const pid of all) killIfThere(pid)
      await exited
    },
    start,
    stop: async (mode = 'erase') => {
      const exited = ended(launcher!)
      launcher!.kill('SIGTERM')
      await exited
      if (mode === 'erase') rmSync(home, { recursive: true, force: true })
    },
    logs: (name, lines = 40) => {
      const path = join(home, 'logs', `${name}.log`)
      return readFileSync(path, 'utf8').split('\n').slice(-lines).join('\n')
    },
  }
}

const ended = (child: ChildProcess): Promise<void> =>
  new Promise(resolve => {
    if (child.exitCode !== null || child.signalCode !== null) resolve()
    else child.once('exit', () => resolve())
  })

function killIfThere(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

/** By their command lines: each names its home, the manager its port. */
function pidsOf(home: string, port: number, name: ProgramName | 'postgres'): number[] {
  const isIt = (words: readonly string[]): boolean => {
    if (name === 'postgres')
      return (words[0] ?? '').endsWith('postgres') && words.some(word => word.includes(home))
    const at = words.findIndex(word => word.endsWith('/apps/cli/src/main.ts'))
    if (at < 0 || words[at + 1] !== name) return false
    return name === 'manager' ? words.includes(String(port)) : words.includes(join(home, name))
  }
  return readdirSync('/proc')
    .filter(entry => /^\d+$/.test(entry))
    .filter(pid => isIt(commandLine(pid)))
    .map(Number)
}

function commandLine(pid: string): string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')
  } catch {
    return []
  }
}

/** Signs in as a person would, then makes requests with the keypair revealed. */
export async function signedCall(
  url: string,
  who: { email: string; password: string },
): Promise<Call> {
  const post = async (path: string, body: object, cookie = ''): Promise<Response> => {
    const headers = { 'content-type': 'application/json', cookie }
    return fetch(`${url}/api/v1${path}`, { method: 'POST', headers, body: JSON.stringify(body) })
  }
  const signedIn = await post(api.account.signIn.path, who)
  if (!signedIn.ok) throw new Error(`cannot sign in: ${await signedIn.text()}`)
  const cookie = signedIn.headers.get('set-cookie')?.split(';')[0]
  const revealed = await post(api.account.mainKeypair.path, {}, cookie)
  const keys = api.account.mainKeypair.output.parse(await revealed.json())
  return createClient({
    baseUrl: url,
    headers: ({ method, target }) =>
      signRequest({
        method,
        target,
        host: new URL(url).host,
        date: new Date().toISOString(),
        contentType: method === 'GET' || method === 'DELETE' ? '' : 'application/json',
        version: signedApiVersion,
        ...keys,
      }),
  })
}

/**
 * A port that nobody holds at this moment, below those that systems give to outgoing connections: among them a connection of
 * anybody's could take it before it is used, or between a stop and the next start.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(12_000, 32_000)
    if (await isFree(port)) return port
  }
}

const isFree = (port: number): Promise<boolean> =>
  new Promise(resolve => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })

export interface Patience {
  readonly patienceMs: number
  readonly everyMs?: number
}

/** Waits for a condition; a try that throws counts as "not yet", and is told when the time is up. */
export async function until(
  what: string,
  holds: () => Promise<boolean> | boolean,
  { patienceMs, everyMs = 100 }: Patience,
): Promise<void> {
  const deadline = Date.now() + patienceMs
  let last: unknown = 'it did not hold'
  for (;;) {
    try {
      if (await holds()) return
    } catch (error) {
      last = error
    }
    if (Date.now() > deadline)
      throw new Error(`waited ${patienceMs} ms until ${what}`, { cause: last })
    await sleep(everyMs)
  }
}
