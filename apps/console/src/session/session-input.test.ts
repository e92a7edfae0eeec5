import { sessionApi } from '@capstan/contract/session'
import { expect, test } from 'vitest'
import {
  adviceOn,
  clusterSlots,
  parseVariables,
  sessionField,
  type SessionFormValues,
  toSessionInput,
} from './session-input.ts'
import { suggestName } from './session-name.ts'

const values: SessionFormValues = {
  name: 'calm-reef-42',
  type: 'batch',
  imageId: '7d44b5cd-6d3c-4a2a-9a2b-3d5d4f1c2e10',
  resourceGroup: 'default',
  cpu: 1.5,
  memGiB: 0.5,
  shmemMiB: 64,
  accelerators: { 'cuda.device': 0, 'cuda.shares': '0.5' },
  environ: [
    { name: 'A', value: '1' },
    { name: '', value: '' },
  ],
  startupCommand: 'echo hi',
  priority: 10,
  startsAt: '',
  isPreemptible: false,
  clusterSize: 1,
  clusterMode: 'single-node',
  after: [],
}
const projectId = '0b1f3a52-9a55-4f1a-8f63-0d1a8f0f6f11'

test('SES-01 the form asks for what stands in its fields, in the units of the wire', () => {
  const input = toSessionInput(values, projectId)
  // What the form has no field for is left to the defaults.
  expect(sessionApi.create.input.parse(input)).toMatchObject({
    name: 'calm-reef-42',
    type: 'batch',
    projectId,
    imageId: values.imageId,
    resourceGroup: 'default',
    resources: { cpu: 1.5, mem: 536_870_912, 'cuda.shares': 0.5 },
    shmemBytes: 67_108_864,
    environ: { A: '1' },
    priority: 10,
    startupCommand: 'echo hi',
    isPreemptible: false,
    startsAt: null,
  })
})

test('SES-01 a time to start at and the consent to make room are asked for as they stand', () => {
  const startsAt = '2030-01-02T03:04:00.000Z'
  const input = toSessionInput({ ...values, startsAt, isPreemptible: true }, projectId)
  expect(sessionApi.create.input.parse(input)).toMatchObject({ startsAt, isPreemptible: true })
})

test('SES-01 SES-06 several containers, where they may be, and what comes before are asked for; what they take in all is the sum', () => {
  const several = { ...values, cpu: 0.1, clusterSize: 3, clusterMode: 'multi-node' as const }
  const after = ['0b1f3a52-9a55-4f1a-8f63-0d1a8f0f6f12']
  expect(
    sessionApi.create.input.parse(toSessionInput({ ...several, after }, projectId)),
  ).toMatchObject({ clusterSize: 3, clusterMode: 'multi-node', after })
  expect(clusterSlots(several, { mem: 2 ** 30 })).toEqual({
    cpu: 0.3,
    mem: 3 * 2 ** 30,
    'cuda.shares': 1.5,
  })
  for (const clusterSize of [1, '', '1.5'])
    expect(clusterSlots({ ...several, clusterSize }, {})).toBeUndefined()
  expect(sessionField('after.0')).toBe('after')
})

test('an empty number field is refused at that field', () => {
  const result = sessionApi.create.input.safeParse(
    toSessionInput({ ...values, cpu: '', shmemMiB: '' }, projectId),
  )
  expect(result.error?.issues.map(issue => sessionField(issue.path.join('.')))).toEqual([
    'cpu',
    'shmemMiB',
  ])
})

test('what the server refuses lands on the field it concerns', () => {
  expect(sessionField('resources.mem')).toBe('memGiB')
  expect(sessionField('resources.cuda.device')).toBe('accelerators.cuda.device')
  expect(sessionField('environ.1A')).toBe('environ')
  expect(sessionField('name')).toBe('name')
})

test('a request below the minimum of the image is told to be raised, and one above what is free to wait', () => {
  const advice = adviceOn(
    { cpu: 1, mem: 8 },
    { cpu: 2, mem: 4 },
    { capacity: { cpu: 8, mem: 8 }, used: { mem: 4 } },
  )
  expect(advice).toEqual([
    { slot: 'cpu', raisedTo: 2, waits: false },
    { slot: 'mem', raisedTo: undefined, waits: true },
  ])
  const group = { capacity: { cpu: 8 }, used: {} }
  expect(adviceOn({ cpu: 4 }, {}, group, 2)[0]?.waits).toBe(false)
  expect(adviceOn({ cpu: 4 }, {}, group, 3)[0]?.waits).toBe(true)
})

test('variables can be pasted as lines', () => {
  expect(parseVariables('A=1\nexport B="two words"\n# note\nC=')).toEqual([
    { name: 'A', value: '1' },
    { name: 'B', value: 'two words' },
    { name: 'C', value: '' },
  ])
  expect(parseVariables('just a name')).toBeUndefined()
})

test('a suggested name is one that the server takes', () => {
  for (const random of [0, 0.5, 0.999])
    expect(sessionApi.create.input.shape.name.safeParse(suggestName(() => random)).success).toBe(
      true,
    )
})
