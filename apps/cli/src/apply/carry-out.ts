import type { Call } from '@capstan/contract/client'
import { emailKey, projectKey } from '@capstan/contract/declaration'
import { domainApi } from '@capstan/contract/domain'
import type { Endpoint } from '@capstan/contract/endpoint'
import { groupApi } from '@capstan/contract/group'
import { keypairApi } from '@capstan/contract/keypair'
import { keypairPolicyApi, projectPolicyApi, userPolicyApi } from '@capstan/contract/policy'
import { mostMembersAtOnce, projectApi } from '@capstan/contract/project'
import { userApi } from '@capstan/contract/user'
import type { Change, World } from '@capstan/core/declaration/change'
import type * as z from 'zod'
import { findProject } from '../find.ts'
import { inParallel } from '../parallel.ts'
import { oneTimePassword } from '../user/password.ts'
import { mostAtOnce } from './world.ts'

export interface Failure {
  readonly change: Change
  readonly error: unknown
}

export interface Outcome {
  readonly done: readonly Change[]
  readonly failures: readonly Failure[]
}

interface CarryingOut {
  readonly world: World
  /** Passwords of files, by `emailKey`. Who is not there gets one for once. */
  readonly passwords: ReadonlyMap<string, string>
  readonly signal: AbortSignal
  /** A password was made for somebody; it is known nowhere else. */
  readonly onPassword: (email: string, password: string) => void
  readonly onDone: (count: number) => void
}

/**
 * Makes the changes of a plan, many of a stage at once. After one that fails the rest of its stage is still made, and no stage
 * after it; after the signal nothing more is begun.
 */
export async function carryOut(
  call: Call,
  stages: readonly (readonly Change[])[],
  given: CarryingOut,
): Promise<Outcome> {
  const make = makerOf(call, given)
  const done: Change[] = []
  const failures: Failure[] = []
  for (const stage of stages) {
    if (failures.length > 0 || given.signal.aborted) break
    const work = async (change: Change): Promise<void> => {
      try {
        await make(change)
        done.push(change)
      } catch (error) {
        failures.push({ change, error })
      }
      given.onDone(done.length + failures.length)
    }
    await inParallel(stage, mostAtOnce, work, given.signal)
  }
  return { done, failures }
}

type Fields = Readonly<Record<string, unknown>>

const namedApis = {
  keypairPolicy: keypairPolicyApi,
  userPolicy: userPolicyApi,
  projectPolicy: projectPolicyApi,
  resourceGroup: groupApi,
} as const

/** What makes one change. It remembers the ids of what was created, for the changes that need them. */
function makerOf(call: Call, { world, passwords, onPassword }: CarryingOut) {
  // What the fields of a change are was read by the schema that its request is made of.
  const send = <O>(endpoint: Endpoint<z.ZodType, z.ZodType<O>>, input: Fields): Promise<O> =>
    call(endpoint, input)
  const projects = new Map(
    world.projects.map(each => [projectKey(each.domainName, each.name), each.id]),
  )
  const users = new Map(world.users.map(each => [emailKey(each.email), each.id]))

  // That of a domain that was just made came with it.
  const projectId = async (name: string): Promise<string> =>
    projects.get(keyOfProject(name)) ?? (await findProject(call, name)).id
  const idsOf = async (names: unknown): Promise<Fields> =>
    Array.isArray(names)
      ? { projectIds: await Promise.all(names.map(name => projectId(String(name)))) }
      : {}

  const makeProject = async ({ action, key }: Change, fields: Fields): Promise<void> => {
    if (action === 'update')
      return void (await send(projectApi.update, { id: await projectId(key), ...fields }))
    const { domainName, name } = splitProject(key)
    const made = await send(projectApi.create, { name, domainName, ...fields })
    projects.set(keyOfProject(key), made.id)
  }

  const makeUser = async ({ action, key }: Change, all: Fields): Promise<void> => {
    const { keypair, passwordFile: _, projects: names, ...fields } = all
    if (action === 'update') {
      const id = known(users, emailKey(key), key)
      return void (await send(userApi.update, { id, ...fields, ...(await idsOf(names)) }))
    }
    const { policy, ...settings }: Fields = typeof keypair === 'object' ? { ...keypair } : {}
    const password = passwords.get(emailKey(key)) ?? oneTimePassword()
    const isOneTime = !passwords.has(emailKey(key))
    const made = await send(userApi.create, {
      email: key,
      password,
      isPasswordChangeRequired: isOneTime,
      ...fields,
      ...(await idsOf(names)),
      ...(policy !== undefined && { keypairPolicy: policy }),
    })
    if (isOneTime) onPassword(made.email, password)
    users.set(emailKey(key), made.id)
    const isSet = Object.values(settings).some(value => value !== undefined)
    if (isSet) await send(keypairApi.update, { accessKey: made.mainAccessKey, ...settings })
  }

  const changeMembers = async ({ key, fields }: Change): Promise<void> => {
    for (const { name, before, after } of fields)
      // Changes of members hold e-mails.
      for (const emails of chunks((after ?? before) as readonly string[], mostMembersAtOnce))
        await send(projectApi.changeMembers, { id: await projectId(key), [name]: emails })
  }

  return async (change: Change): Promise<void> => {
    const { kind, action, key } = change
    const fields = Object.fromEntries(change.fields.map(({ name, after }) => [name, after]))
    if (kind === 'members') return changeMembers(change)
    if (kind === 'project') return makeProject(change, fields)
    if (kind === 'user') return makeUser(change, fields)
    if (kind === 'keypair') await send(keypairApi.update, { accessKey: key, ...fields })
    else if (kind === 'domain')
      await send(action === 'create' ? domainApi.create : domainApi.update, {
        name: key,
        ...fields,
      })
    else await send<unknown>(namedApis[kind][action], { name: key, ...fields })
  }
}

function splitProject(name: string): { domainName: string; name: string } {
  // Neither the name of a domain nor that of a project holds a slash.
  const [domainName = '', own = ''] = name.split('/')
  return { domainName, name: own }
}

function keyOfProject(key: string): string {
  const { domainName, name } = splitProject(key)
  return projectKey(domainName, name)
}

function known(ids: ReadonlyMap<string, string>, key: string, name: string): string {
  const id = ids.get(key)
  if (id === undefined) throw new Error(`${name} is not there`)
  return id
}

const chunks = <T>(items: readonly T[], size: number): T[][] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, at) =>
    items.slice(at * size, (at + 1) * size),
  )
