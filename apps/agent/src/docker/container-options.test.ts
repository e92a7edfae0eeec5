import { expect, test } from 'vitest'
import { noGrant } from '../devices/grant.ts'
import { desiredKernel } from '../testing.ts'
import { containerOptions } from './container-options.ts'

const place = { clusterId: 'c', agentId: 'a', network: 'n', cdiDevices: new Set<string>() }
const kernel = desiredKernel('capstan/tiny:1', 'docker', {
  environ: { NVIDIA_VISIBLE_DEVICES: 'all' },
})
const grant = { ...noGrant, gpus: ['GPU-1', 'GPU-2'] }

test('GPUs are asked of the engine one by one, by their UUIDs', () => {
  expect(containerOptions(kernel, grant, place).HostConfig?.DeviceRequests).toEqual([
    { Driver: 'nvidia', DeviceIDs: ['GPU-1', 'GPU-2'], Capabilities: [['gpu']] },
  ])
})

test('where the engine knows all of them by the Container Device Interface, they are asked for by that', () => {
  const known = (...ids: string[]) =>
    containerOptions(kernel, grant, { ...place, cdiDevices: new Set(ids) }).HostConfig
      ?.DeviceRequests
  expect(known('nvidia.com/gpu=GPU-1', 'nvidia.com/gpu=GPU-2', 'nvidia.com/gpu=all')).toEqual([
    { Driver: 'cdi', DeviceIDs: ['nvidia.com/gpu=GPU-1', 'nvidia.com/gpu=GPU-2'] },
  ])
  expect(known('nvidia.com/gpu=GPU-1')).toMatchObject([{ Driver: 'nvidia' }])
})

test('nobody gets GPUs that they were not given by naming them in their own variables', () => {
  const options = containerOptions(
    kernel,
    { ...noGrant, environ: { NVIDIA_VISIBLE_DEVICES: 'void' } },
    place,
  )
  expect(options.Env).toContain('NVIDIA_VISIBLE_DEVICES=void')
  expect(options.Env).not.toContain('NVIDIA_VISIBLE_DEVICES=all')
  expect(options.HostConfig).not.toHaveProperty('DeviceRequests')
})

test('who shares a GPU sees the folder of its daemon', () => {
  const options = containerOptions(kernel, { ...grant, folders: ['/run/mps/1/pipe'] }, place)
  expect(options.HostConfig?.Binds).toEqual(['/run/mps/1/pipe:/run/mps/1/pipe'])
})
