import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { lockHome } from './lock.ts'
import { isAlive, markOf, type ProcessMark } from './process.ts'

let home: string
const children: ChildProcess[] = []

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'capstan-lock-'))
})

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
  rmSync(home, { recursive: true })
})

/** A process that goes on until it is killed, or until its input ends. */
function startProcess(): { child: ChildProcess; mark: ProcessMark } {
  const child = spawn('cat', { stdio: ['pipe', 'ignore', 'ignore'] })
  children.push(child)
  const mark = markOf(child.pid!)
  if (!mark) throw new Error('the process has not begun')
  return { child, mark }
}

const writeLock = (owner: ProcessMark, orphans: readonly ProcessMark[] = []): void =>
  writeFileSync(
    join(home, 'up.lock'),
    JSON.stringify({ owner, url: 'http://127.0.0.1:8080', children: orphans }),
  )

test('a home that is in use says by whom and where', async () => {
  const { mark } = startProcess()
  writeLock(mark)
  await expect(lockHome(home)).rejects.toThrow(
    `already runs on ${home} (process ${mark.pid}, http://127.0.0.1:8080)`,
  )
})

test('a lock whose owner was killed is taken over', async () => {
  writeLock({ pid: 4_194_304, startedAt: 'long ago' })
  const lock = await lockHome(home)
  expect(readFileSync(join(home, 'up.lock'), 'utf8')).toContain(`"pid":${process.pid}`)
  lock.release()
})

test('a process number that somebody else has by now does not keep the lock', async () => {
  const { mark } = startProcess()
  writeLock({ ...mark, startedAt: 'long ago' })
  const lock = await lockHome(home)
  lock.release()
  expect(isAlive(mark)).toBe(true)
})

test('a lock file cut short by a crash is taken over', async () => {
  writeFileSync(join(home, 'up.lock'), '{"owner":')
  const lock = await lockHome(home)
  expect(readFileSync(join(home, 'up.lock'), 'utf8')).toContain(`"pid":${process.pid}`)
  lock.release()
})

test('programs of a killed owner are waited for', async () => {
  const { child, mark } = startProcess()
  writeLock({ pid: 4_194_304, startedAt: 'long ago' }, [mark])
  const locking = lockHome(home)
  child.stdin?.end()
  const lock = await locking
  expect(isAlive(mark)).toBe(false)
  lock.release()
})

test('of two that start at once, one gets the home', async () => {
  const outcomes = await Promise.allSettled([lockHome(home), lockHome(home)])
  expect(outcomes.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected'])
})
