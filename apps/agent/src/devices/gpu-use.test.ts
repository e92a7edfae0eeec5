import { expect, test } from 'vitest'
import { desiredKernel } from '../testing.ts'
import { gpuUseOf } from './gpu-use.ts'

const use = [0.2, 0.8, 0.5].map((utilization, index) => ({
  id: `GPU-${index}`,
  kind: 'cuda',
  utilization,
  memBytes: index === 1 ? null : 100,
  temperatureC: null,
}))
const kernel = (slot: string, amount: number, ...ids: string[]) =>
  desiredKernel('x', 'docker', { devices: ids.map(deviceId => ({ slot, deviceId, amount })) })

test('the use of a session is that of the GPUs that it has to itself', () => {
  expect(gpuUseOf(kernel('cuda.device', 1, 'GPU-0', 'GPU-1'), use)).toEqual({
    gpuUtilization: 0.5,
    gpuMemBytes: 100,
  })
})

test('of a GPU that others share nothing is told, nor of none', () => {
  const nothing = { gpuUtilization: null, gpuMemBytes: null }
  expect(gpuUseOf(kernel('cuda.shares', 0.5, 'GPU-0'), use)).toEqual(nothing)
  expect(gpuUseOf(kernel('cuda.device', 1), use)).toEqual(nothing)
})
