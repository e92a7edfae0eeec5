import { emailKey, projectKey } from '@capstan/contract/declaration'
import type { Domain } from '@capstan/contract/domain'
import type { ResourceGroup } from '@capstan/contract/group'
import type { Keypair } from '@capstan/contract/keypair'
import type { KeypairPolicy } from '@capstan/contract/policy'
import type { Project } from '@capstan/contract/project'
import type { User } from '@capstan/contract/user'
import type { Change, World } from '../src/declaration/change.ts'

/** Who makes declarations true. */
export const own = { email: 'root@x.org', domainName: 'default' }
const createdAt = '2026-11-24T00:00:00.000Z'

const keypairPolicy = (name: string, more: Partial<KeypairPolicy> = {}): KeypairPolicy => ({
  name,
  followerCount: 0,
  createdAt,
  maxResources: {},
  maxClusterSize: null,
  maxLifetimeS: null,
  maxPendingCount: null,
  maxPendingResources: {},
  maxConcurrentCount: null,
  maxSftpCount: null,
  idleTimeoutS: null,
  allowedVolumes: {},
  ...more,
})
const folders = { followerCount: 0, createdAt, maxFolderCount: null, maxFolderBytes: null }
const group = (name: string): ResourceGroup => ({
  name,
  description: '',
  isActive: true,
  isPublic: true,
  scheduler: 'fifo',
  selector: 'dispersed',
  allowedSessionTypes: ['interactive'],
  pendingTimeoutS: 0,
  retriesToSkip: null,
  creationRetries: null,
  enforcesSpreading: false,
  reserveAfterS: 600,
  halfLifeS: 604_800,
  isPreemptionEnabled: false,
  proxyAddress: null,
  hasProxyToken: false,
  capacity: {},
  used: {},
  largestAgent: {},
  agentCount: 0,
  pendingCount: 0,
  createdAt,
})
const domain = (name: string, isActive = true): Domain => ({
  name,
  description: '',
  isActive,
  allowedGroups: [],
  allowedVolumes: {},
  userCount: 0,
  projectCount: 0,
  createdAt,
})
const project = (domainName: string, name: string, more: Partial<Project> = {}): Project => ({
  id: `${domainName}/${name}`,
  name,
  domainName,
  type: 'general',
  description: '',
  isActive: true,
  policy: 'default',
  allowedGroups: [],
  allowedVolumes: {},
  memberCount: 0,
  createdAt,
  ...more,
})
const user = (email: string, more: Partial<User> = {}): User => ({
  id: email,
  email,
  name: email,
  fullName: '',
  description: '',
  role: 'user',
  status: 'active',
  domainName: 'default',
  policy: 'default',
  isPasswordChangeRequired: false,
  isSudoEnabled: false,
  isTotpEnabled: false,
  mainAccessKey: `key of ${email}`,
  createdAt,
  modifiedAt: createdAt,
  ...more,
})
const keypairOf = ({ email, mainAccessKey }: User, more: Partial<Keypair> = {}): Keypair => ({
  accessKey: mainAccessKey,
  userId: email,
  userEmail: email,
  isActive: true,
  isMain: true,
  policy: 'default',
  rateLimit: 10_000,
  createdAt,
  lastUsedAt: null,
  queryCount: 0,
  windowCount: 0,
  ...more,
})

const root = user(own.email, { role: 'superadmin' })
/** A cluster that was just begun. */
export const empty: World = {
  keypairPolicies: [keypairPolicy('default')],
  userPolicies: [
    { name: 'default', ...folders, maxServiceSessionCount: null, maxCustomImageCount: null },
  ],
  projectPolicies: [{ name: 'default', ...folders, maxNetworkCount: null }],
  resourceGroups: [group('default')],
  domains: [domain('default')],
  projects: [project('default', 'default')],
  users: [root],
  keypairs: [keypairOf(root)],
  members: new Map([['default/default', [own.email]]]),
}

/** What the server does with each change, and what it refuses: whatever refers to something that is not there. */
export class Cluster {
  readonly policies: Record<
    'keypairPolicy' | 'userPolicy' | 'projectPolicy',
    Map<string, { name: string }>
  >
  readonly groups: Map<string, ResourceGroup>
  readonly domains: Map<string, Domain>
  readonly projects: Map<string, Project>
  readonly users: Map<string, User>
  readonly keypairs: Map<string, Keypair>
  readonly members: Map<string, Set<string>>

  constructor(world: World) {
    const named = <T extends { name: string }>(items: readonly T[]): Map<string, T> =>
      new Map(items.map(item => [item.name, item]))
    this.policies = {
      keypairPolicy: named(world.keypairPolicies),
      userPolicy: named(world.userPolicies),
      projectPolicy: named(world.projectPolicies),
    }
    this.groups = named(world.resourceGroups)
    this.domains = named(world.domains)
    this.projects = new Map(
      world.projects.map(each => [projectKey(each.domainName, each.name), each]),
    )
    this.users = new Map(world.users.map(each => [emailKey(each.email), each]))
    this.keypairs = new Map(world.keypairs.map(each => [each.accessKey, each]))
    this.members = new Map(
      [...world.members].map(([key, emails]) => [key, new Set(emails.map(emailKey))]),
    )
  }

  get world(): World {
    // Policies are kept as plain fields here; they came in as those of a world, whose names and types these are.
    return {
      keypairPolicies: [
        ...this.policies.keypairPolicy.values(),
      ] as unknown as World['keypairPolicies'],
      userPolicies: [...this.policies.userPolicy.values()] as unknown as World['userPolicies'],
      projectPolicies: [
        ...this.policies.projectPolicy.values(),
      ] as unknown as World['projectPolicies'],
      resourceGroups: [...this.groups.values()],
      domains: [...this.domains.values()],
      projects: [...this.projects.values()],
      users: [...this.users.values()],
      keypairs: [...this.keypairs.values()],
      members: new Map([...this.members].map(([key, emails]) => [key, [...emails]])),
    }
  }

  make({ kind, action, key, fields }: Change): void {
    const given = Object.fromEntries(fields.map(({ name, after }) => [name, after]))
    if (kind === 'members') return this.changeMembers(key, fields)
    if (kind === 'domain') {
      this.put(this.domains, key, domain(key), action, given)
      if (action === 'create')
        this.putProject(`${key}/model-store`, action, { type: 'model-store' })
      return
    }
    if (kind === 'resourceGroup')
      return action === 'remove'
        ? void this.groups.delete(key)
        : this.put(this.groups, key, group(key), action, given)
    if (kind === 'project') return this.putProject(key, action, given)
    if (kind === 'user') return this.putUser(key, action, given)
    if (kind === 'keypair') {
      this.needs(this.policies.keypairPolicy, given['policy'])
      return this.put(this.keypairs, key, undefined, action, given)
    }
    if (action === 'remove') return this.removePolicy(kind, key)
    const blank = kind === 'keypairPolicy' ? keypairPolicy(key) : { name: key }
    return this.put(this.policies[kind], key, blank, action, given)
  }

  private put<T>(
    all: Map<string, T>,
    key: string,
    blank: T | undefined,
    action: string,
    given: object,
  ): void {
    const old = all.get(key)
    if (action === 'create' ? old !== undefined : old === undefined)
      throw new Error(`${action} ${key}`)
    all.set(key, { ...(old ?? blank!), ...given })
  }

  private needs(all: ReadonlyMap<string, unknown>, name: unknown): void {
    if (typeof name === 'string' && !all.has(name)) throw new Error(`nothing is called ${name}`)
  }

  private opened(domainName: string): void {
    if (this.domains.get(domainName)?.isActive !== true)
      throw new Error(`domain ${domainName} is not open`)
  }

  private putProject(name: string, action: string, given: Record<string, unknown>): void {
    const [domainName = '', own = ''] = name.split('/')
    if (action === 'create') this.opened(domainName)
    this.needs(this.policies.projectPolicy, given['policy'])
    const key = projectKey(domainName, own)
    this.put(this.projects, key, project(domainName, own), action, given)
    if (action === 'create') this.members.set(key, new Set())
  }

  private putUser(email: string, action: string, all: Record<string, unknown>): void {
    const { projects, keypair, passwordFile: _, ...given } = all
    const key = emailKey(email)
    this.needs(this.policies.userPolicy, given['policy'])
    const before = this.users.get(key)
    this.put(this.users, key, user(email), action, given)
    const made = this.users.get(key)!
    if (action === 'create') this.keypairs.set(made.mainAccessKey, keypairOf(made, keypair ?? {}))
    this.needs(this.policies.keypairPolicy, this.keypairs.get(made.mainAccessKey)!.policy)
    if (made.domainName !== before?.domainName) {
      this.opened(made.domainName)
      this.join(key, made.domainName, projects as string[] | undefined)
    }
    if (
      ![...this.users.values()].some(each => each.role === 'superadmin' && each.status === 'active')
    )
      throw new Error('there is no superadmin')
  }

  private join(email: string, domainName: string, given: readonly string[] | undefined): void {
    for (const emails of this.members.values()) emails.delete(email)
    const here = [...this.projects].filter(([, each]) => each.domainName === domainName)
    for (const name of given ?? [])
      this.needs(this.projects, projectKey(domainName, name.split('/')[1]!))
    for (const [key, each] of here)
      if (
        given
          ? given.some(name => projectKey(domainName, name.split('/')[1]!) === key)
          : each.isActive
      )
        this.members.get(key)?.add(email)
  }

  private changeMembers(name: string, fields: Change['fields']): void {
    const [domainName = '', own = ''] = name.split('/')
    const emails = this.members.get(projectKey(domainName, own))!
    const listed = (field: string): string[] =>
      fields.flatMap(each => (each.name === field ? ((each.after ?? each.before) as string[]) : []))
    for (const email of listed('add')) {
      if (this.users.get(emailKey(email))?.domainName !== domainName) throw new Error(`no ${email}`)
      emails.add(emailKey(email))
    }
    for (const email of listed('remove')) emails.delete(emailKey(email))
  }

  private removePolicy(kind: keyof Cluster['policies'], name: string): void {
    const followers = {
      keypairPolicy: this.keypairs,
      userPolicy: this.users,
      projectPolicy: this.projects,
    }
    if ([...followers[kind].values()].some(({ policy }) => policy === name))
      throw new Error(`${name} is in use`)
    this.policies[kind].delete(name)
  }
}
