import { expect, test } from 'vitest'
import { serviceField } from './service-input.ts'

test('what the server refuses stands at a field that the form of a service has', () => {
  const paths = ['name', 'startupCommand', 'replicaCount', 'resources.mem', 'shmemBytes', 'type']
  expect(paths.map(serviceField)).toEqual([
    'name',
    'startupCommand',
    'replicaCount',
    'memGiB',
    'shmemMiB',
    'resourceGroup',
  ])
})
