import { type ChildProcess, spawn } from 'node:child_process'
import { expect, test } from 'vitest'
import { supervise } from './supervise.ts'

const startCat = (): Promise<ChildProcess> =>
  Promise.resolve(spawn('cat', { stdio: ['pipe', 'ignore', 'ignore'] }))

test('a program that is killed is started again, and one that is stopped is not', async () => {
  const failures: string[] = []
  const started = Promise.withResolvers<void>()
  let starts = 0
  const program = await supervise({
    name: 'cat',
    stopWith: 'SIGTERM',
    launch: () => {
      starts++
      if (starts === 2) started.resolve()
      return startCat()
    },
    onFailure: what => failures.push(what),
    onChange: () => {},
  })
  process.kill(program.pid()!, 'SIGKILL')
  await started.promise
  await program.stop()
  expect(failures).toEqual(['was ended by SIGKILL'])
  expect([starts, program.pid()]).toEqual([2, undefined])
})

test('a first start that fails is told to the caller', async () => {
  const starting = supervise({
    name: 'none',
    stopWith: 'SIGTERM',
    launch: () => Promise.reject(new Error('no such program')),
    onFailure: () => {},
    onChange: () => {},
  })
  await expect(starting).rejects.toThrow('no such program')
})

test('a later start that fails is told, and tried again', async () => {
  const failures: string[] = []
  const again = Promise.withResolvers<void>()
  let starts = 0
  const program = await supervise({
    name: 'cat',
    stopWith: 'SIGTERM',
    launch: () => {
      starts++
      if (starts === 2) return Promise.reject(new Error('not now'))
      if (starts === 3) again.resolve()
      return startCat()
    },
    onFailure: what => failures.push(what),
    onChange: () => {},
  })
  process.kill(program.pid()!, 'SIGKILL')
  await again.promise
  await program.stop()
  expect(failures).toEqual(['was ended by SIGKILL', 'not now'])
})

test('a program whose file is away for a while is tried again, and can be stopped', async () => {
  const failures: string[] = []
  const tried = Promise.withResolvers<void>()
  let starts = 0
  const program = await supervise({
    name: 'cat',
    stopWith: 'SIGTERM',
    launch: () => {
      starts++
      if (starts === 3) tried.resolve()
      return starts === 1 ? startCat() : Promise.resolve(spawn('/nowhere/cat'))
    },
    onFailure: what => failures.push(what),
    onChange: () => {},
  })
  process.kill(program.pid()!, 'SIGKILL')
  await tried.promise
  await program.stop()
  expect(failures[1]).toContain('ENOENT')
})
