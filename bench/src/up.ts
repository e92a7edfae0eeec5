import { spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { freePort, until } from '@capstan/testkit/system'
import type { Figures } from './main.ts'
import { rounded } from './statistics.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** How long it is left alone before its memory is read, in milliseconds. */
const restMs = 20_000

/** `npm start` in an installed checkout, for a new home and then again, until the console answers; and the memory of the idle tree. */
export async function upBench(): Promise<Figures> {
  const home = mkdtempSync(join(tmpdir(), 'capstan-bench-'))
  const port = await freePort()
  try {
    const first = await run(home, port, 0)
    const second = await run(home, port, restMs)
    return {
      readyMs: rounded(second.readyMs),
      firstReadyMs: rounded(first.readyMs),
      idleMiB: rounded(second.idleMiB),
    }
  } finally {
    rmSync(home, { recursive: true, force: true })
  }
}

async function run(
  home: string,
  port: number,
  idleMs: number,
): Promise<{ readyMs: number; idleMiB: number }> {
  const begin = performance.now()
  const child = spawn('npm', ['start'], {
    cwd: root,
    env: { ...process.env, CAPSTAN_HOME: home, CAPSTAN_PORT: String(port) },
    stdio: 'ignore',
    detached: true,
  })
  const answers = (): Promise<boolean> =>
    fetch(`http://127.0.0.1:${port}/`).then(
      response => response.ok,
      () => false,
    )
  await until('the console answers', answers, { patienceMs: 60_000, everyMs: 10 })
  const readyMs = performance.now() - begin
  await sleep(idleMs)
  const idleMiB = treeMiB(child.pid!, home)
  const exited = new Promise(resolve => {
    child.once('exit', resolve)
  })
  process.kill(-child.pid!, 'SIGINT')
  await exited
  return { readyMs, idleMiB }
}

/** Proportional set size of a process tree, with PostgreSQL's servers, which name the home: shared pages count once in all. */
function treeMiB(rootPid: number, home: string): number {
  const all = readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .map(Number)
  const parent = new Map(all.map(pid => [pid, Number(statOf(pid)[1])]))
  const isOurs = (pid: number | undefined): boolean =>
    pid !== undefined &&
    pid > 1 &&
    (pid === rootPid || isOurs(parent.get(pid)) || commandOf(pid).includes(home))
  return all.filter(isOurs).reduce((sum, pid) => sum + pssMiB(pid), 0)
}

const read = (path: string): string => {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

const statOf = (pid: number): string[] =>
  (read(`/proc/${pid}/stat`).split(') ')[1] ?? '').split(' ')
const commandOf = (pid: number): string => read(`/proc/${pid}/cmdline`)
const pssMiB = (pid: number): number =>
  Number(/^Pss:\s+(\d+) kB/m.exec(read(`/proc/${pid}/smaps_rollup`))?.[1] ?? 0) / 1024
