import { beforeEach, expect, test } from 'vitest'
import { FakeDriver } from './fake/fake-driver.ts'
import { desiredKernel, isOver, keep, type Kept } from './testing.ts'

const kernel = desiredKernel('capstan/tiny:1', 'docker')

let driver: FakeDriver
let kept: Kept
beforeEach(async () => {
  driver = new FakeDriver({ images: [], fate: () => ({ startMs: 500 }) })
  kept = keep(driver, kernel, 'cluster')
  // The engine goes away while it makes the container: nobody hears that it did.
  await kept.until(() => driver.startCount === 1)
  driver.isAnswering = false
  await kept.until(() => driver.runningCount === 1)
})

test('SES-08 what is to end and was started unheard is ended, before it is said to have ended', async () => {
  kept.keeper.desired = { ...kernel, desired: 'stop' }
  kept.keeper.poke()
  expect(kept.keeper.observation.status).toBe('creating')
  driver.isAnswering = true
  await kept.until(isOver)
  expect(driver.runningCount).toBe(0)
  expect(kept.keeper.observation).toMatchObject({ exitCode: 143, containerId: kernel.kernelId })
})

test('what was started unheard is taken up, not started again', async () => {
  driver.isAnswering = true
  await kept.until(({ status }) => status === 'running')
  expect(driver.startCount).toBe(1)
})

/** Has a container of the kernel that does not start. */
class StuckDriver extends FakeDriver {
  tries = 0
  override async inspect() {
    const nothing = { exitCode: null, isOutOfMemory: false, startedAt: null, endedAt: null }
    return { phase: 'created' as const, ...nothing }
  }
  override async start(): Promise<string> {
    this.tries++
    await new Promise(resolve => {
      setImmediate(resolve)
    })
    throw new Error('no room in the network')
  }
}

test('SES-08 a container that was made before and cannot be started is given up, in the words of the engine', async () => {
  const stuck = new StuckDriver({ images: [], fate: () => ({ startMs: 0 }) })
  const { keeper, until } = keep(stuck, kernel, 'cluster')
  keeper.notice(kernel.kernelId)
  await until(isOver)
  expect(keeper.observation.reason).toMatchObject({
    code: 'start_failed',
    message: 'no room in the network',
    isRetryable: true,
  })
  expect(stuck.tries).toBeLessThanOrEqual(2)
})

test('SES-02 a start that the engine is away for is told as going on', async () => {
  const away = new FakeDriver({ images: [], fate: () => ({ startMs: 0 }) })
  away.isAnswering = false
  const { keeper, until } = keep(away, kernel, 'cluster')
  await until(({ status }) => status === 'creating')
  await until(() => keeper.hasNews)
  expect(keeper.observation.status).toBe('creating')
})
