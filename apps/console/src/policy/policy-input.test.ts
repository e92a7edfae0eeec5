import { keypairPolicyApi } from '@capstan/contract/policy'
import { expect, test } from 'vitest'
import { fieldOf, toFields, toRequest } from './policy-input.ts'
import { kinds } from './policy.kinds.ts'

const policy = {
  name: 'lab',
  followerCount: 0,
  createdAt: '',
  maxConcurrentCount: 5,
  maxClusterSize: null,
  maxLifetimeS: 3600,
  idleTimeoutS: null,
  maxPendingCount: 0,
  maxSftpCount: 2,
  maxResources: { cpu: 8, mem: 16 * 2 ** 30, 'cuda.shares': 0.5, 'rocm.device': 1 },
  maxPendingResources: {},
  allowedVolumes: { home: ['mount-in-session' as const] },
}

test('POL-03 a policy that nobody changes stays as it is, and what is changed leaves the rest', () => {
  const fields = toFields(kinds.keypair, policy)
  expect(toRequest(kinds.keypair, fields, policy)).toEqual({ name: 'lab' })
  fields.maxResources['cpu'] = 4
  fields.numbers['maxLifetimeS'] = null
  const request = toRequest(kinds.keypair, fields, policy)
  expect(request).toEqual({
    name: 'lab',
    maxResources: { ...policy.maxResources, cpu: 4 },
    maxLifetimeS: null,
  })
  expect(keypairPolicyApi.update.input.safeParse(request).success).toBe(true)
})

test('POL-02 a limit that was unlimited and is emptied is an error, not unlimited', () => {
  const fields = toFields(kinds.keypair, policy)
  fields.numbers['maxClusterSize'] = ''
  const request = toRequest(kinds.keypair, fields, policy)
  const { error } = keypairPolicyApi.update.input.safeParse(request)
  expect(error?.issues.map(({ path }) => path.join('.'))).toEqual(['maxClusterSize'])
})

test('POL-02 an empty field is no limit of zero, and what is over the largest is said at its field', () => {
  const fields = toFields(kinds.keypair, undefined)
  fields.numbers['maxPendingCount'] = ''
  fields.maxResources['mem'] = 2000
  fields.maxResources['cuda_shares'] = 300
  const { error } = keypairPolicyApi.create.input.safeParse(
    toRequest(kinds.keypair, { ...fields, name: 'x' }, undefined),
  )
  expect(error?.issues.map(({ path }) => fieldOf(path.join('.'))).sort()).toEqual([
    'maxResources.cuda_shares',
    'maxResources.mem',
    'numbers.maxPendingCount',
  ])
})

test('POL-11 sizes are entered in GiB', () => {
  const fields = toFields(kinds.user, undefined)
  fields.numbers['maxFolderBytes'] = 1.5
  expect(toRequest(kinds.user, { ...fields, name: 'x' }, undefined)).toMatchObject({
    maxFolderBytes: 1.5 * 2 ** 30,
    maxFolderCount: null,
  })
})
