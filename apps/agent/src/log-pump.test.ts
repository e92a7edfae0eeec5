import { createLog } from '@capstan/runtime/log'
import { expect, test, vi } from 'vitest'
import type { ContainerState, Driver } from './driver.ts'
import { LogPump } from './log-pump.ts'
import { desiredKernel } from './testing.ts'

const log = createLog('test')
log.level = 'silent'

/** A container whose output the test writes. */
class FakeContainer {
  #kept = ''
  #more = Promise.withResolvers<void>()
  #isEnded = false
  readonly driver: Driver

  constructor() {
    const inspect = async (): Promise<ContainerState> => ({
      phase: this.#isEnded ? 'ended' : 'running',
      exitCode: null,
      isOutOfMemory: false,
      startedAt: null,
      endedAt: null,
    })
    const output = (_: string, { follow }: { follow: boolean }) => this.#read(follow)
    // A pump reads and inspects, and does nothing else with a driver.
    this.driver = { inspect, output } as Partial<Driver> as Driver
  }

  async *#read(follow: boolean): AsyncIterable<Buffer> {
    for (let at = 0; ;) {
      const piece = Buffer.from(this.#kept.slice(at))
      at = this.#kept.length
      if (piece.length > 0) yield piece
      else if (!follow || this.#isEnded) return
      else await this.#more.promise
    }
  }

  write(text: string): void {
    this.#kept += text
    this.#tell()
  }

  end(): void {
    this.#isEnded = true
    this.#tell()
  }

  #tell(): void {
    const told = this.#more
    this.#more = Promise.withResolvers()
    told.resolve()
  }
}

/** A manager that has this much of the log already. */
class FakeManager {
  text = ''
  offset: number
  isComplete = false
  constructor(offset: number) {
    this.offset = offset
  }
  send = async (_: string, offset: number, data: Buffer, isComplete: boolean): Promise<number> => {
    if (offset === this.offset) {
      this.text += data.toString()
      this.offset += data.length
    }
    this.isComplete ||= isComplete
    return this.offset
  }
}

function pump(container: FakeContainer, manager: FakeManager): LogPump {
  const kernel = desiredKernel('any', 'docker', { logOffset: manager.offset })
  const { driver } = container
  return new LogPump({ driver, containerId: 'c', kernel, send: manager.send, log })
}

test('SES-05 output reaches the manager in order and once, though another agent has sent its beginning', async () => {
  const container = new FakeContainer()
  const manager = new FakeManager(6)
  container.write('first ')
  const pumping = pump(container, manager)
  container.write('second ')
  await vi.waitFor(() => expect(manager.text).toBe('second '), 5000)
  container.write('third')
  container.end()
  await pumping.finish()
  expect(manager.text).toBe('second third')
  expect(manager.isComplete).toBe(true)
})

test('a log whose beginning the engine has dropped goes on with what is written from now on', async () => {
  const container = new FakeContainer()
  const manager = new FakeManager(300 * 2 ** 20)
  container.write('sent before ')
  const pumping = pump(container, manager)
  await vi.waitFor(() => {
    container.write('new ')
    expect(manager.text).toContain('new ')
  }, 5000)
  container.end()
  await pumping.finish()
  expect(manager.text).toMatch(/^(new )+$/)
  expect(manager.isComplete).toBe(true)
})
