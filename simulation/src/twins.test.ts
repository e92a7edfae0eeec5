import type { KernelReport } from '@capstan/core/kernel-report'
import { startTestManager, type TestManager } from '@capstan/testkit/manager'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, inject, test, vi } from 'vitest'
import { type Ask, Twins } from './twins.ts'

vi.setConfig({ testTimeout: 180_000, hookTimeout: 60_000 })

let manager: TestManager
beforeAll(async () => {
  manager = await startTestManager(inject('databaseUrl'))
})
afterAll(() => manager.close())

type Step = (twins: Twins) => Promise<void>

const named = (name: string, step: Step): Step =>
  Object.assign(step, { [fc.toStringMethod]: () => name })

const ask: fc.Arbitrary<Ask> = fc.record({
  type: fc.constantFrom('interactive', 'batch'),
  cpu: fc.constantFrom(500, 1000, 3000),
  share: fc.constantFrom(0, 0, 500, 1000),
  clusterSize: fc.constantFrom(1, 1, 2),
  clusterMode: fc.constantFrom('single-node', 'multi-node'),
  priority: fc.constantFrom(10, 10, 20),
  isPreemptible: fc.boolean(),
  startsInS: fc.constantFrom(null, null, null, 30),
  after: fc.oneof(
    fc.constant([]),
    fc.constant([]),
    fc.array(fc.nat(2), { minLength: 1, maxLength: 2 }),
  ),
})

const failure = { code: 'start_failed', message: 'x', isRetryable: true }
const fates: readonly Partial<KernelReport>[] = [
  { status: 'creating' },
  { status: 'running' },
  { status: 'running' },
  { status: 'terminated', exitCode: 0, isLogComplete: true },
  { status: 'terminated', exitCode: 3 },
  { status: 'terminated', reason: failure, isLogComplete: true },
]

const steps: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: ask.map(given => named(`ask ${fc.stringify(given)}`, twins => twins.ask(given))),
  },
  { weight: 4, arbitrary: fc.constant(named('turn', twins => twins.turn())) },
  {
    weight: 5,
    arbitrary: fc
      .tuple(fc.nat(1), fc.array(fc.constantFrom(...fates), { minLength: 1, maxLength: 4 }))
      .map(([at, told]) =>
        named(`report ${at} ${fc.stringify(told)}`, twins => twins.report(at, told)),
      ),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.nat(5), fc.boolean())
      .map(([at, force]) => named(`end ${at} ${force}`, twins => twins.end(at, force))),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.nat(5), fc.constantFrom(5, 30))
      .map(([at, priority]) =>
        named(`hurry ${at} ${priority}`, twins => twins.hurry(at, priority)),
      ),
  },
  { weight: 1, arbitrary: fc.constant(named('pass', twins => twins.pass(20))) },
)

const settings = fc.record({
  sequencer: fc.constantFrom('fifo' as const, 'lifo' as const, 'drf' as const, 'priority' as const),
  selector: fc.constantFrom('dispersed' as const, 'concentrated' as const),
})

/** One that is known is better than one that nobody can find again; another one is tried by `CAPSTAN_TWINS_SEED`. */
const seed = Number(process.env['CAPSTAN_TWINS_SEED'] ?? 1)
const numRuns = Number(process.env['CAPSTAN_TWINS_RUNS'] ?? 6)

test('SCH-10 SES-06 the manager with PostgreSQL and the model that is simulated say the same after every step', async () => {
  const property = fc.asyncProperty(
    settings,
    fc.array(steps, { minLength: 25, maxLength: 40, size: 'max' }),
    async (given, taken) => {
      const twins = await Twins.make(manager, given)
      for (const step of taken) {
        await step(twins)
        const { real, model } = await twins.states()
        expect(real).toEqual(model)
      }
    },
  )
  await fc.assert(property, { seed, numRuns, endOnFailure: true })
})
