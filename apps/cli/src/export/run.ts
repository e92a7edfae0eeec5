import { writeBytes, unlimited } from '@capstan/contract/amount-text'
import { accountApi } from '@capstan/contract/account'
import type { Call } from '@capstan/contract/client'
import {
  type DeclaredItem,
  type DeclarationSection,
  projectKey,
  sections,
} from '@capstan/contract/declaration'
import { domainApi } from '@capstan/contract/domain'
import { groupApi } from '@capstan/contract/group'
import { keypairApi } from '@capstan/contract/keypair'
import { keypairPolicyApi, projectPolicyApi, userPolicyApi } from '@capstan/contract/policy'
import { projectApi } from '@capstan/contract/project'
import { userApi } from '@capstan/contract/user'
import { stringify } from 'yaml'
import { openApi, patient } from '../api.ts'
import { kebab } from '../field.ts'
import { collect } from '../find.ts'
import { print } from '../output.ts'
import { openProgress } from '../progress.ts'
import { readMembers } from '../apply/world.ts'

export interface ExportOptions {
  readonly kinds?: readonly string[]
}

/** Keypairs that are not main ones are known by access keys, which another cluster has not. */
const usual = sections.filter(section => section !== 'keypairs')

/** `export`: section after section. */
export async function exportAll({ kinds }: ExportOptions): Promise<void> {
  const call = patient(openApi().call)
  const isAsked = (section: DeclarationSection): boolean =>
    kinds === undefined
      ? usual.some(each => each === section)
      : kinds.includes(kebab(section)) ||
        (kinds.includes('policies') && section.endsWith('Policies'))
  const progress = openProgress()
  print(
    `# Written by "capstan export"; "capstan apply -f" makes it so again. Passwords are not in it.`,
  )
  print(stringify({ version: 1 }))
  for (const section of sections.filter(isAsked)) {
    progress.tell(`Reading ${section} …`)
    const items = await readers[section](call)
    progress.end()
    print(writeSection(section, items))
  }
}

/** As the value of its key, in YAML. Of very many items a part at a time: a writer keeps more of each than its text. */
function writeSection(section: DeclarationSection, items: readonly object[]): string {
  if (items.length === 0) return `${section}: []`
  const parts = Array.from({ length: Math.ceil(items.length / 1000) }, (_, at) =>
    stringify(items.slice(at * 1000, (at + 1) * 1000), {
      lineWidth: 0,
      aliasDuplicateObjects: false,
    }),
  )
  return `${section}:\n${parts.join('')}`
}

const readers: { [S in DeclarationSection]: (call: Call) => Promise<object[]> } = {
  keypairPolicies: async call => (await collect(call, keypairPolicyApi.list, {})).map(toPolicy),
  userPolicies: async call => (await collect(call, userPolicyApi.list, {})).map(toPolicy),
  projectPolicies: async call => (await collect(call, projectPolicyApi.list, {})).map(toPolicy),
  resourceGroups: readGroups,
  domains: async call =>
    (await collect(call, domainApi.list, {})).map(
      ({
        name,
        description,
        isActive,
        allowedGroups,
        allowedVolumes,
      }): DeclaredItem<'domains'> => ({
        name,
        description,
        isActive,
        allowedGroups,
        allowedVolumes,
      }),
    ),
  projects: readProjects,
  users: readUsers,
  keypairs: async call =>
    (await collect(call, keypairApi.list, {}))
      .filter(({ isMain }) => !isMain)
      .map(({ accessKey, policy, rateLimit, isActive }) => ({
        accessKey,
        policy,
        rateLimit,
        isActive,
      })),
}

/** Limits in the words of people: `64GiB`, `unlimited`. */
const toPolicy = (policy: object): object =>
  Object.fromEntries(
    Object.entries(policy)
      .filter(([name]) => name !== 'followerCount' && name !== 'createdAt')
      .map(([name, value]) => [name, toLimit(name, value)]),
  )

function toLimit(name: string, value: unknown): unknown {
  if (value === null) return unlimited
  if (typeof value === 'number') return name.endsWith('Bytes') ? writeBytes(value) : value
  if (!name.endsWith('Resources') || typeof value !== 'object') return value
  const slots = Object.entries(value).map(([slot, amount]) => [
    slot,
    slot === 'mem' && typeof amount === 'number' ? writeBytes(amount) : amount,
  ])
  return slots.length === 0 ? unlimited : Object.fromEntries(slots)
}

/** Who administers only a domain has no groups to declare. */
async function readGroups(call: Call): Promise<DeclaredItem<'resourceGroups'>[]> {
  const { role } = await call(accountApi.show, {})
  const groups = role === 'superadmin' ? await collect(call, groupApi.list, { reach: 'all' }) : []
  return groups.map(group => ({
    name: group.name,
    description: group.description,
    isActive: group.isActive,
    isPublic: group.isPublic,
    scheduler: group.scheduler,
    selector: group.selector,
    allowedSessionTypes: group.allowedSessionTypes,
    pendingTimeoutS: group.pendingTimeoutS,
    retriesToSkip: group.retriesToSkip,
    creationRetries: group.creationRetries,
    enforcesSpreading: group.enforcesSpreading,
    reserveAfterS: group.reserveAfterS,
    halfLifeS: group.halfLifeS,
    isPreemptionEnabled: group.isPreemptionEnabled,
    proxyAddress: group.proxyAddress,
  }))
}

async function readProjects(call: Call): Promise<DeclaredItem<'projects'>[]> {
  const projects = await collect(call, projectApi.list, {})
  const members = await readMembers(
    call,
    projects.filter(({ type }) => type === 'general'),
  )
  return projects.map(project => {
    const emails = members.get(projectKey(project.domainName, project.name))
    return {
      name: project.name,
      domainName: project.domainName,
      type: project.type,
      description: project.description,
      isActive: project.isActive,
      policy: project.policy,
      allowedGroups: project.allowedGroups,
      allowedVolumes: project.allowedVolumes,
      ...(emails && { members: emails }),
    }
  })
}

async function readUsers(call: Call): Promise<DeclaredItem<'users'>[]> {
  const [users, keypairs] = await Promise.all([
    collect(call, userApi.list, {}),
    collect(call, keypairApi.list, {}),
  ])
  const mains = new Map(keypairs.flatMap(each => (each.isMain ? [[each.accessKey, each]] : [])))
  return users.map(user => {
    const main = mains.get(user.mainAccessKey)
    return {
      email: user.email,
      name: user.name,
      fullName: user.fullName,
      description: user.description,
      role: user.role,
      status: user.status,
      domainName: user.domainName,
      policy: user.policy,
      isSudoEnabled: user.isSudoEnabled,
      ...(main && {
        keypair: { policy: main.policy, rateLimit: main.rateLimit, isActive: main.isActive },
      }),
    }
  })
}
