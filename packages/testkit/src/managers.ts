import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Call } from '@capstan/contract/client'
import { freePort, signedCall, until } from './system.ts'

const cli = fileURLToPath(new URL('../../../apps/cli/src/main.ts', import.meta.url))

const admin = { email: 'admin@example.test', password: 'correct-horse-1' }

/** A manager of several on one database, as a process of its own at an address that stays. */
export interface ManagerProcess {
  /** What the database knows its connections by. */
  readonly name: string
  readonly url: string
  /** Makes requests to it as the first administrator, signed with their keypair. */
  readonly call: Call
  /** As a power cut would. */
  readonly kill: () => Promise<void>
  /** Starts it again if it was killed, and waits until it answers. */
  readonly start: () => Promise<void>
}

export interface Managers {
  readonly all: readonly ManagerProcess[]
  readonly stop: () => Promise<void>
}

/** Starts so many managers on one database, all at the same moment. */
export async function startManagers(databaseUrl: string, count: number): Promise<Managers> {
  const home = mkdtempSync(join(tmpdir(), 'capstan-managers-'))
  const names = Array.from({ length: count }, (_, index) => `manager-${index + 1}`)
  const all = await Promise.all(names.map(name => startManager(name, { databaseUrl, home })))
  return {
    all,
    stop: async () => {
      await Promise.all(all.map(manager => manager.kill()))
      rmSync(home, { recursive: true, force: true })
    },
  }
}

async function startManager(
  name: string,
  { databaseUrl, home }: { databaseUrl: string; home: string },
): Promise<ManagerProcess> {
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  let child: ChildProcess | undefined
  const isRunning = (): boolean => child?.exitCode === null && child.signalCode === null
  const start = async (): Promise<void> => {
    if (isRunning()) return
    child = spawn(process.execPath, [cli, 'manager', '--port', String(port)], {
      env: {
        ...process.env,
        CAPSTAN_HOME: home,
        CAPSTAN_DATABASE_URL: `${databaseUrl}&application_name=${name}`,
        CAPSTAN_ENCRYPTION_KEY: 'of all managers',
        CAPSTAN_ADMIN_EMAIL: admin.email,
        CAPSTAN_ADMIN_PASSWORD: admin.password,
      },
      stdio: 'ignore',
    })
    await until(`${name} answers`, async () => (await fetch(`${url}/readyz`)).ok, {
      patienceMs: 60_000,
      everyMs: 50,
    })
  }
  await start()
  return {
    name,
    url,
    call: await signedCall(url, admin),
    start,
    kill: async () => {
      if (!child || !isRunning()) return
      const exited = new Promise(resolve => child!.once('exit', resolve))
      child.kill('SIGKILL')
      await exited
    },
  }
}
