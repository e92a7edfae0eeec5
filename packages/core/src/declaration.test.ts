import { Declaration, emailKey, projectKey } from '@capstan/contract/declaration'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Cluster, empty, own } from '../test-data/cluster.ts'
import { planDeclaration } from './declaration.ts'
import { type Change, pruneKinds, type PruneKind, type World } from './declaration/change.ts'

const names = ['default', 'lab', 'Class']
const emails = ['root@x.org', 'ann@x.org', 'Bob@x.org', 'cy@x.org']
const maybe = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(arbitrary, { nil: undefined, freq: 2 })
const listOf = <T>(
  item: fc.Arbitrary<T>,
  key: (item: T) => string,
): fc.Arbitrary<T[] | undefined> => maybe(fc.uniqueArray(item, { selector: key, maxLength: 4 }))
const name = fc.constantFrom(...names)
const policyNames = listOf(fc.record({ name }), each => each.name)

const someone = fc.record({
  email: fc.constantFrom(...emails),
  name: fc.constantFrom('a', 'b'),
  role: maybe(fc.constantFrom('superadmin' as const, 'user' as const)),
  status: maybe(fc.constantFrom('active' as const, 'inactive' as const)),
  domainName: maybe(name),
  policy: maybe(name),
  keypair: maybe(fc.record({ policy: maybe(name), rateLimit: maybe(fc.constantFrom(1, 10_000)) })),
})

const place = fc.record({
  name: fc.constantFrom('default', 'lab', 'LAB', 'model-store'),
  domainName: maybe(name),
  isActive: maybe(fc.boolean()),
  policy: maybe(name),
  allowedGroups: maybe(fc.shuffledSubarray(['g', 'h'])),
  members: maybe(fc.shuffledSubarray(emails)),
})

const declarations: fc.Arbitrary<Declaration> = fc
  .record({
    keypairPolicies: listOf(
      fc.record({
        name,
        maxResources: maybe(fc.record({ cpu: fc.constantFrom(1, 0.0001) })),
        maxClusterSize: maybe(fc.constantFrom(null, 2)),
      }),
      each => each.name,
    ),
    userPolicies: policyNames,
    projectPolicies: policyNames,
    resourceGroups: listOf(
      fc.record({
        name,
        scheduler: maybe(fc.constantFrom('fifo' as const, 'drf' as const)),
        allowedSessionTypes: maybe(
          fc.shuffledSubarray(['interactive' as const, 'batch' as const], { minLength: 1 }),
        ),
      }),
      each => each.name,
    ),
    domains: listOf(
      fc.record({
        name,
        isActive: maybe(fc.boolean()),
        description: maybe(fc.constantFrom('', 'x')),
      }),
      each => each.name,
    ),
    projects: listOf(place, each => projectKey(each.domainName ?? '', each.name)),
    users: listOf(someone, each => emailKey(each.email)),
  })
  .filter(given => Declaration.safeParse(given).success)

const make = (world: World, stages: readonly (readonly Change[])[]): World => {
  const cluster = new Cluster(world)
  for (const stage of stages) for (const change of stage) cluster.make(change)
  return cluster.world
}

/** The same file to different worlds: those that other files have made. */
const worldAfter = (earlier: readonly Declaration[]): World =>
  earlier.reduce((world, declared) => {
    const { stages } = planDeclaration(declared, world, { own, prune: [] })
    try {
      return make(world, stages)
    } catch (error) {
      // Only that somebody stays a superadmin is beyond a plan: it is refused as a whole.
      if (String(error).includes('superadmin')) return world
      throw error
    }
  }, empty)

test('PLS-03 whatever the file and the cluster, a plan can be carried out in its order, and then there is nothing left to do', () => {
  let planned = 0
  fc.assert(
    fc.property(
      fc.array(declarations, { maxLength: 3 }),
      declarations,
      fc.subarray([...pruneKinds]),
      (earlier, declared, prune) => {
        const world = worldAfter(earlier)
        const options = { own, prune }
        const { stages, problems } = planDeclaration(declared, world, options)
        if (problems.length > 0) {
          expect(stages).toEqual([])
          return
        }
        let after: World
        try {
          after = make(world, stages)
        } catch (error) {
          expect(String(error)).toContain('no superadmin')
          return
        }
        if (stages.length > 0) planned++
        expect(planDeclaration(declared, after, options)).toEqual({ stages: [], problems: [] })
      },
    ),
    { numRuns: 1000 },
  )
  expect(planned).toBeGreaterThan(30)
})

const plan = (declared: Declaration, world: World = empty, prune: readonly PruneKind[] = []) =>
  planDeclaration(declared, world, { own, prune })

test('PLS-03 only what the file names is touched, and each change says what was before', () => {
  const world = {
    ...empty,
    userPolicies: [...empty.userPolicies, { ...empty.userPolicies[0]!, name: 'lab' }],
  }
  expect(
    plan({ users: [{ email: 'ROOT@x.org', policy: 'lab', fullName: '' }] }, world).stages,
  ).toEqual([
    [
      {
        kind: 'user',
        action: 'update',
        key: 'ROOT@x.org',
        fields: [{ name: 'policy', before: 'default', after: 'lab' }],
      },
    ],
  ])
})

test('PLS-03 policies come before domains, these before projects, users, keypairs and members', () => {
  const { stages } = plan({
    users: [
      { email: 'ann@x.org', name: 'ann', domainName: 'physics', policy: 'lab' },
      { email: own.email, keypair: { rateLimit: 5 } },
    ],
    projects: [{ name: 'qcd', domainName: 'physics', policy: 'lab', members: ['ann@x.org'] }],
    domains: [{ name: 'physics' }],
    userPolicies: [{ name: 'lab' }],
    projectPolicies: [{ name: 'lab' }],
  })
  expect(stages.map(stage => stage.map(({ kind }) => kind))).toEqual([
    ['userPolicy', 'projectPolicy'],
    ['domain'],
    ['project'],
    ['user'],
    ['keypair'],
    ['members'],
  ])
})

test('PLS-03 what cannot be made true is refused as a whole, at its place in the file', () => {
  const { stages, problems } = plan({
    keypairPolicies: [{ name: 'new' }],
    projects: [{ name: 'default', policy: 'none', type: 'model-store', members: ['nobody@x.org'] }],
    users: [{ email: 'ann@x.org', domainName: 'nowhere' }],
    keypairs: [{ accessKey: 'AKIAAAAAAAAAAAAAAAAA', policy: 'none' }],
  })
  expect(stages).toEqual([])
  expect(problems.map(({ path, message }) => `${path.join('.')}: ${message}`).sort()).toEqual([
    'keypairs.0.accessKey: there is no keypair AKIAAAAAAAAAAAAAAAAA',
    'keypairs.0.policy: there is no keypair policy none',
    'projects.0.members.0: there is no user nobody@x.org',
    'projects.0.policy: there is no project policy none',
    'projects.0.type: it is general, and stays that',
    'users.0.domainName: there is no domain nowhere',
    'users.0.email: a new user needs a name',
  ])
})

test('PLS-03 nothing goes unless its kind is pruned, and a policy in use does not go even then', () => {
  const world = worldAfter([
    {
      userPolicies: [{ name: 'lab' }, { name: 'Class' }],
      users: [{ email: 'ann@x.org', name: 'ann', policy: 'lab' }],
    },
  ])
  const declared = { userPolicies: [{ name: 'default' }], users: [{ email: own.email }] }
  expect(plan(declared, world).stages).toEqual([])
  expect(plan(declared, world, ['users']).stages).toEqual([
    [
      {
        kind: 'user',
        action: 'update',
        key: 'ann@x.org',
        fields: [{ name: 'status', before: 'active', after: 'inactive' }],
      },
    ],
  ])
  expect(plan(declared, world, ['userPolicies']).problems).toMatchObject([
    { message: expect.stringContaining('lab is not among them, but has 1 to follow it') },
  ])
  expect(plan({ users: [{ email: 'ann@x.org' }] }, world, ['users']).problems).toMatchObject([
    { message: expect.stringContaining('you, root@x.org') },
  ])
  expect(plan({}, world, ['users']).problems).toMatchObject([
    { message: expect.stringContaining('which users stay') },
  ])
})

test('PLS-03 a new user joins the projects that all join, but of those with declared members only where they are named', () => {
  const declared = {
    projects: [{ name: 'lab', members: ['ann@x.org'] }, { name: 'open' }],
    users: [
      { email: 'ann@x.org', name: 'ann' },
      { email: 'bob@x.org', name: 'bob' },
    ],
  }
  const world = make(empty, plan(declared).stages)
  expect(world.members.get('default/lab')).toEqual(['ann@x.org'])
  expect(world.members.get('default/open')).toEqual(['ann@x.org', 'bob@x.org'])
  expect(world.members.get('default/default')).toEqual([own.email, 'ann@x.org', 'bob@x.org'])
})

test('PLS-03 a new domain comes with its model store, which is changed and not made again', () => {
  const domains = [{ name: 'physics' }]
  const store = { name: 'model-store', domainName: 'physics', type: 'model-store' as const }
  expect(plan({ domains, projects: [store] }).stages.flat()).toMatchObject([{ kind: 'domain' }])
  expect(plan({ domains, projects: [{ ...store, description: 'x' }] }).stages.flat()).toMatchObject(
    [
      { kind: 'domain', action: 'create' },
      { kind: 'project', action: 'update', key: 'physics/model-store' },
    ],
  )
})
