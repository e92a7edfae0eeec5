import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { DesiredKernel } from '@capstan/contract/sync'
import { createLog } from '@capstan/runtime/log'
import { afterAll } from 'vitest'
import type { Accelerators } from './devices/accelerators.ts'
import type { Driver } from './driver.ts'
import { noAccelerators } from './fake/no-accelerators.ts'
import { KernelKeeper } from './kernel-keeper.ts'
import { Starts } from './starts.ts'

const mib = 2 ** 20

/** A kernel as the manager would want it, for tests of drivers. */
export const desiredKernel = (
  reference: string,
  runtime: 'docker' | 'process',
  given: Partial<DesiredKernel> = {},
): DesiredKernel => ({
  kernelId: crypto.randomUUID(),
  sessionId: crypto.randomUUID(),
  sessionName: 'test',
  sessionType: 'interactive',
  desired: 'run',
  graceS: 5,
  hasStarted: false,
  image: { reference, runtime, digest: null },
  hostname: 'main1',
  resources: { cpu: 0.5, mem: 128 * mib },
  devices: [],
  shmemBytes: 16 * mib,
  environ: { GREETING: 'hello' },
  startupCommand: null,
  isSudoEnabled: false,
  runtimePath: '/usr/bin/python3',
  apps: [],
  openApps: [],
  logOffset: 0,
  isLogComplete: false,
  ...given,
})

export interface Kept {
  readonly keeper: KernelKeeper
  /** All output that was sent to the manager. */
  readonly output: () => string
  readonly isComplete: () => boolean
  /** Waits until the observation is so; looks again now and then, as the agent does. */
  readonly until: (holds: (observation: KernelKeeper['observation']) => boolean) => Promise<void>
}

/** Looks after one kernel on a driver, with a manager that takes its log as the real one does. */
export function keep(
  driver: Driver,
  kernel: DesiredKernel,
  clusterId: string,
  containerId?: string,
  accelerators: Accelerators = noAccelerators,
): Kept {
  const log = createLog('test')
  log.level = process.env['CAPSTAN_LOG_LEVEL'] ?? 'fatal'
  let output = Buffer.alloc(0)
  let isComplete = false
  const sendLog = async (
    _: string,
    offset: number,
    data: Buffer,
    isLast: boolean,
  ): Promise<number> => {
    if (offset === output.length) output = Buffer.concat([output, data])
    isComplete ||= isLast
    return output.length
  }
  const keeper = new KernelKeeper(
    kernel,
    { driver, accelerators, clusterId, changed: () => {}, sendLog, log, starts: new Starts() },
    containerId,
  )
  keeper.poke()
  return {
    keeper,
    output: () => output.toString(),
    isComplete: () => isComplete,
    until: async holds => {
      for (const deadline = Date.now() + 30_000; !holds(keeper.observation);) {
        if (Date.now() > deadline)
          throw new Error(`it stayed at ${JSON.stringify(keeper.observation)}`)
        await sleep(50)
        keeper.poke()
      }
    },
  }
}

/** Ended, and all of its output is with the manager. */
export const isOver = ({ status, isLogComplete }: KernelKeeper['observation']): boolean =>
  status === 'terminated' && isLogComplete

const folders: string[] = []
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
})

/** Removed when the tests of the file are over. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'capstan-agent-'))
  folders.push(folder)
  return folder
}

/** Everything that an attached command prints, and how it ends. */
export async function outcomeOf(
  driver: Driver,
  id: string,
  command: readonly string[],
): Promise<{ output: string; exitCode: number }> {
  const attached = await driver.attach(id, { command, tty: false })
  const pieces: Buffer[] = []
  attached.onOutput((_, data) => pieces.push(data))
  attached.endInput()
  const exitCode = await attached.exited
  return { output: Buffer.concat(pieces).toString(), exitCode }
}
