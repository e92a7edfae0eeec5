import { readBytes, writeBytes } from '@capstan/contract/amount-text'
import { expect, test } from 'vitest'
import { parseDeclaration } from './file.ts'

const faultsOf = (text: string): string[] => {
  try {
    parseDeclaration(text, 'lab.yaml')
    return []
  } catch (error) {
    return error instanceof Error ? error.message.split('\n') : []
  }
}

test('PLS-03 amounts are written with units, or are unlimited', () => {
  const { declaration } = parseDeclaration(
    `keypairPolicies:
      - name: lab
        maxResources: { cpu: 8, mem: 64GiB, cuda.device: 2, cuda.shares: unlimited }
        maxPendingResources: unlimited
        maxLifetimeS: 7d
        idleTimeoutS: 3600
        maxConcurrentCount: unlimited
     `,
    'lab.yaml',
  )
  expect(declaration.keypairPolicies).toEqual([
    {
      name: 'lab',
      maxResources: { cpu: 8, mem: 64 * 2 ** 30, 'cuda.device': 2 },
      maxPendingResources: {},
      maxLifetimeS: 604_800,
      idleTimeoutS: 3600,
      maxConcurrentCount: null,
    },
  ])
  for (const bytes of [0, 1, 1024, 2 ** 20, 3 * 2 ** 29, 2 ** 40, 2 ** 40 + 1])
    expect(readBytes(String(writeBytes(bytes)))).toBe(bytes)
})

test('PLS-03 a bad file tells every fault with line, column and key', () => {
  const faults = faultsOf(`users:
  - email: ann@example.org
    rol: admin
    status: gone
  - name: bob
  - { email: ANN@example.org }
keypairPolicies:
  - name: lab
    maxResources: { cpu: 513, mem: much }
`)
  expect(faults.sort()).toEqual([
    'lab.yaml:3:5: users[0].rol: there is no such key',
    expect.stringMatching(/^lab\.yaml:4:5: users\[0\]\.status: .*"active"/),
    'lab.yaml:5:5: users[1].email: is missing',
    'lab.yaml:9:31: keypairPolicies[0].maxResources.mem: "much" is no amount: write it like 64GiB, 7d or unlimited',
  ])
  expect(faultsOf('users:\n  - email: a@x.org\n  - { email: A@x.org }\n')).toEqual([
    'lab.yaml:3:7: users[1].email: is here twice',
  ])
})

test.for([
  ['users:\n  - email: "a\n', /^lab\.yaml:\d+:\d+: /],
  ['users: []\nusers: []\n', /^lab\.yaml:2:1: Map keys must be unique/],
  ['users: *nobody\n', /^lab\.yaml:1:8: nothing is marked with &nobody/],
  ['[1, 2]\n', /^lab\.yaml:1:1: .*expected object/],
  ['version: 2\n', /^lab\.yaml:1:1: version: this program reads version 1/],
  ['users: []\n---\nusers: []\n', /^lab\.yaml:2:1: /],
] as const)('PLS-03 what is no declaration is told at its place: %j', ([text, fault]) => {
  expect(faultsOf(text)[0]).toMatch(fault)
})

test('PLS-03 an empty file declares nothing, and aliases stand for what they name', () => {
  expect(parseDeclaration('', 'x').declaration).toEqual({})
  const { declaration } = parseDeclaration(
    'projects:\n- { name: a, members: &all [ann@x.org] }\n- { name: b, members: *all }\n',
    'x',
  )
  expect(declaration.projects?.[1]?.members).toEqual(['ann@x.org'])
})
