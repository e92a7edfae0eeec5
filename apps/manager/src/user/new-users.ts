import type { ErrorCode } from '@capstan/contract/errors'
import { whyNotAdminister } from '@capstan/core/administer'
import { sql } from 'kysely'
import type { Db } from '../db/db.ts'
import type { Person } from '../http/actor.ts'
import { findActiveDomains } from '../project/domain.store.ts'
import { listActiveOf } from '../project/project.store.ts'
import type { NewUser } from './user.store.ts'

/** What a new user is asked to be. Projects by id or by name; without either, `default` where the domain has it. */
export interface AskedUser extends Omit<NewUser, 'domainId' | 'passwordHash'> {
  readonly domainName?: string | undefined
  readonly projectIds?: readonly string[] | undefined
  readonly projects?: readonly string[] | undefined
  readonly keypairPolicy: string
}

/** The same with what its names stand for. */
export interface ResolvedUser extends Omit<NewUser, 'passwordHash'> {
  readonly projectIds: readonly string[]
  readonly keypairPolicy: string
}

/** What is wrong with one of them, at which field. */
export interface NewUserIssue {
  readonly index: number
  readonly field: string
  readonly code: ErrorCode
  readonly message: string
}

interface World {
  readonly domains: ReadonlyMap<string, string>
  readonly userPolicies: ReadonlySet<string>
  readonly keypairPolicies: ReadonlySet<string>
  /** In lower case. */
  readonly emails: ReadonlySet<string>
  readonly names: ReadonlySet<string>
  readonly projects: ReadonlyMap<string, readonly { readonly id: string; readonly name: string }[]>
}

/**
 * The rules of a new user, for however many: whom one may make, that what is named is there, and that e-mail and name are
 * nobody's yet, in the database or among the others. `placeOf` names the place of another one of them.
 */
export async function resolveNewUsers(
  db: Db,
  admin: Person,
  asked: readonly AskedUser[],
  placeOf: (index: number) => string,
): Promise<{ users: ResolvedUser[]; issues: NewUserIssue[] }> {
  if (asked.length === 0) return { users: [], issues: [] }
  const world = await readWorld(db, admin, asked)
  const issues: NewUserIssue[] = []
  const first = { email: new Map<string, number>(), name: new Map<string, number>() }
  const users = asked.map((user, index) => {
    const note = (field: string, code: ErrorCode, message: string): void => {
      issues.push({ index, field, code, message })
    }
    const { domainName, projectIds, projects, ...rest } = user
    const whyNot = whyNotAdminister(admin.role, user.role)
    if (whyNot !== null) note('role', 'forbidden', whyNot)
    for (const field of ['email', 'name'] as const) {
      const value = user[field].toLowerCase()
      const earlier = first[field].get(value)
      const words = field === 'email' ? 'e-mail' : 'name'
      if (earlier !== undefined)
        note(field, 'user_taken', `the same ${words} as ${placeOf(earlier)}`)
      else first[field].set(value, index)
      if (world[field === 'email' ? 'emails' : 'names'].has(value))
        note(field, 'user_taken', `there is a user of this ${words}`)
    }
    const domainId = world.domains.get(domainName ?? '')
    if (domainId === undefined)
      note('domainName', 'domain_not_found', 'no such domain, or it is not active')
    if (!world.userPolicies.has(user.policy)) note('policy', 'policy_not_found', 'no such policy')
    if (!world.keypairPolicies.has(user.keypairPolicy))
      note('keypairPolicy', 'policy_not_found', 'no such policy')
    const found = world.projects.get(domainId ?? '') ?? []
    const picked = pick(found, { projectIds, projects })
    if (picked.missing > 0 && domainId !== undefined)
      note(
        projects ? 'projects' : 'projectIds',
        'project_not_found',
        `${picked.missing} of them are not of this domain`,
      )
    return { ...rest, domainId: domainId ?? '', projectIds: picked.ids }
  })
  return { users, issues }
}

function pick(
  found: readonly { readonly id: string; readonly name: string }[],
  { projectIds, projects }: Pick<AskedUser, 'projectIds' | 'projects'>,
): { ids: string[]; missing: number } {
  if (!projectIds && !projects) {
    // Not all of them: nobody is to see the folders of a project that they were never put into.
    return { ids: found.filter(({ name }) => name === 'default').map(({ id }) => id), missing: 0 }
  }
  const wanted = new Set(projectIds ?? projects?.map(name => name.toLowerCase()))
  const picked = found.filter(({ id, name }) => wanted.has(projectIds ? id : name.toLowerCase()))
  return { ids: picked.map(({ id }) => id), missing: wanted.size - picked.length }
}

async function readWorld(db: Db, admin: Person, asked: readonly AskedUser[]): Promise<World> {
  const domains = await findActiveDomains(
    db,
    admin,
    asked.map(({ domainName }) => domainName),
  )
  const lower = (field: 'email' | 'name'): string[] => asked.map(user => user[field].toLowerCase())
  const { rows } = await sql<{ email: string; name: string }>`
    select lower(email) as email, lower(name) as name from "user"
    where lower(email) = any(${lower('email')}::text[]) or lower(name) = any(${lower('name')}::text[])`.execute(
    db,
  )
  const named = async (table: 'userPolicy' | 'keypairPolicy', names: string[]) =>
    new Set(
      (await db.selectFrom(table).select('name').where('name', 'in', names).execute()).map(
        ({ name }) => name,
      ),
    )
  return {
    domains,
    emails: new Set(rows.map(({ email }) => email)),
    names: new Set(rows.map(({ name }) => name)),
    userPolicies: await named('userPolicy', [...new Set(asked.map(({ policy }) => policy))]),
    keypairPolicies: await named('keypairPolicy', [
      ...new Set(asked.map(({ keypairPolicy }) => keypairPolicy)),
    ]),
    projects: Map.groupBy(
      await listActiveOf(db, [...new Set(domains.values())]),
      ({ domainId }) => domainId,
    ),
  }
}
