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
