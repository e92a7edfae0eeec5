import type { DesiredKernel } from '@capstan/contract/sync'
import { expect, test } from 'vitest'
import { HeldKernels } from './held-kernels.ts'
import { desiredKernel } from './testing.ts'

const kernel = (kernelId: string): DesiredKernel => desiredKernel('tiny:1', 'docker', { kernelId })

const kept = ({ kernelId, desired, hasStarted, openApps, isLogComplete }: DesiredKernel) => ({
  kernelId,
  desired,
  hasStarted,
  openApps,
  isLogComplete,
})

test('what was told once is added to what may have changed, and what is wanted no more is forgotten', () => {
  const held = new HeldKernels()
  expect(held.ids).toEqual([])
  const [a, b, c] = ['a', 'b', 'c'].map(kernel) as [DesiredKernel, DesiredKernel, DesiredKernel]
  expect(held.take({ kernels: [a, b], kept: [] })).toEqual([a, b])
  expect(held.ids).toEqual(['a', 'b'])
  const stopping = { ...a, desired: 'stop' as const, openApps: ['jupyter'] }
  const wanted = held.take({ kernels: [c], kept: [kept(stopping), kept(b)] })
  expect(wanted).toEqual([c, stopping, b])
  // Nothing of it changed: it need not be compared any further.
  expect(wanted[2]).toBe(b)
  held.take({ kernels: [], kept: [kept(c)] })
  expect(() => held.take({ kernels: [], kept: [kept(b)] })).toThrow('kernel b')
})

test('after something was missing all is asked for', () => {
  const held = new HeldKernels()
  held.take({ kernels: [kernel('a')], kept: [] })
  expect(() => held.take({ kernels: [], kept: [kept(kernel('z'))] })).toThrow('kernel z')
  expect(held.ids).toEqual([])
  expect(held.take({ kernels: [kernel('a')], kept: [] })).toHaveLength(1)
  expect(held.ids).toEqual(['a'])
})

test.for<Partial<DesiredKernel>>([
  { desired: 'stop' },
  { hasStarted: true },
  { openApps: ['jupyter'] },
  { isLogComplete: true },
])('what may change of a container is taken over: %o', change => {
  const held = new HeldKernels()
  const a = kernel('a')
  held.take({ kernels: [a], kept: [] })
  expect(held.take({ kernels: [], kept: [kept({ ...a, ...change })] })).toEqual([
    { ...a, ...change },
  ])
})
