import type { DesiredKernel, KeptKernel } from '@capstan/contract/sync'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { HeldKernels, type Telling } from './held-kernels.ts'
import { desiredKernel } from './testing.ts'

const kernel = (kernelId: string): DesiredKernel => desiredKernel('tiny:1', 'docker', { kernelId })

const kept = ({
  kernelId,
  desired,
  hasStarted,
  openApps,
  isLogComplete,
}: KeptKernel): KeptKernel => ({ kernelId, desired, hasStarted, openApps, isLogComplete })

const nothing = { kernels: [], kept: [], dropped: [] }

test('what was told once stays, until it is said that nobody wants it', () => {
  const held = new HeldKernels<DesiredKernel>()
  expect(held.ids).toEqual([])
  const [a, b, c] = ['a', 'b', 'c'].map(kernel) as [DesiredKernel, DesiredKernel, DesiredKernel]
  expect(held.take({ ...nothing, kernels: [a, b] })).toEqual({ changed: [a, b], dropped: [] })
  expect(held.ids).toEqual(['a', 'b'])
  const stopping = { ...a, desired: 'stop' as const }
  expect(held.take({ kernels: [c], kept: [kept(stopping)], dropped: ['b'] })).toEqual({
    changed: [c, stopping],
    dropped: ['b'],
  })
  expect([...held.byId.values()]).toEqual([stopping, c])
})

test('after something was missing all is asked for, and what is not told again is dropped', () => {
  const held = new HeldKernels<DesiredKernel>()
  held.take({ ...nothing, kernels: [kernel('a'), kernel('b')] })
  expect(() => held.take({ ...nothing, kept: [kept(kernel('z'))] })).toThrow('kernel z')
  expect(held.ids).toEqual([])
  expect(held.take({ ...nothing, kernels: [kernel('a')] }).dropped).toEqual(['b'])
  expect(held.ids).toEqual(['a'])
})

test.for<Partial<DesiredKernel>>([
  { desired: 'stop' },
  { openApps: ['jupyter'] },
  { isLogComplete: true },
])('what is not as usual is taken over, told once as one thing, and taken back: %o', change => {
  const held = new HeldKernels<DesiredKernel>()
  const a = kernel('a')
  held.take({ ...nothing, kernels: [a] })
  const unusual = { ...a, hasStarted: true, ...change }
  expect(held.take({ ...nothing, kept: [kept(unusual)] }).changed).toEqual([unusual])
  expect(held.take({ ...nothing, kept: [kept(unusual)] }).changed).toEqual([])
  expect(held.take(nothing).changed).toEqual([{ ...a, hasStarted: true }])
  expect(held.take(nothing).changed).toEqual([])
})

test('one that was told as unusual from the first is as usual when nothing is said of it', () => {
  const held = new HeldKernels<DesiredKernel>()
  const a = kernel('a')
  held.take({ ...nothing, kernels: [{ ...a, openApps: ['jupyter'] }] })
  expect(held.take(nothing).changed).toEqual([a])
})

/** What a manager wants, and what it leaves out for an agent that holds these. */
function tell(wants: readonly KeptKernel[], holds: readonly string[]): Telling<KeptKernel> {
  const ids = new Set(wants.map(({ kernelId }) => kernelId))
  const isHeld = ({ kernelId }: KeptKernel): boolean => holds.includes(kernelId)
  const isUsual = ({ desired, openApps, isLogComplete }: KeptKernel): boolean =>
    desired === 'run' && openApps.length === 0 && !isLogComplete
  return {
    kernels: wants.filter(one => !isHeld(one)),
    kept: wants.filter(one => isHeld(one) && !isUsual(one)),
    dropped: holds.filter(id => !ids.has(id)),
  }
}

test('whatever is wanted, and however often the agent loses count, it holds what the manager wants', () => {
  const wanted = fc.uniqueArray(
    fc.record<KeptKernel>({
      kernelId: fc.constantFrom('a', 'b', 'c', 'd'),
      desired: fc.constantFrom('run', 'stop'),
      hasStarted: fc.constant(false),
      openApps: fc.constantFrom([], ['jupyter'], ['jupyter', 'tensorboard']),
      isLogComplete: fc.boolean(),
    }),
    { selector: ({ kernelId }) => kernelId },
  )
  fc.assert(
    fc.property(fc.array(fc.tuple(wanted, fc.boolean())), rounds => {
      const held = new HeldKernels<KeptKernel>()
      const seen = new Map<string, KeptKernel>()
      for (const [wants, losesCount] of rounds) {
        const unknown = { kernelId: 'z', hasStarted: false, ...asUsual }
        if (losesCount) expect(() => held.take({ ...nothing, kept: [unknown] })).toThrow('kernel z')
        const { changed, dropped } = held.take(tell(wants, held.ids))
        for (const id of dropped) seen.delete(id)
        for (const one of changed) seen.set(one.kernelId, one)
        const expected = new Map(wants.map(one => [one.kernelId, one]))
        expect(held.byId).toEqual(expected)
        // Who acts on the changes alone knows as much.
        expect(seen).toEqual(expected)
      }
    }),
  )
})

const asUsual = { desired: 'run' as const, openApps: [], isLogComplete: false }
