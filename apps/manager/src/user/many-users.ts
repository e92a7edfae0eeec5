import { AppError } from '@capstan/contract/errors'
import type { ManyUserChanges } from '@capstan/contract/job-request'
import { type SeenUser, verdictOnUser } from '@capstan/core/many'
import { type RawBuilder, sql } from 'kysely'
import { auditAll, type Origin } from '../audit/audit.store.ts'
import type { Db, Tx } from '../db/db.ts'
import type { Person } from '../http/actor.ts'
import * as policies from '../policy/policy.store.ts'
import { userKind } from '../policy/policy.kinds.ts'
import * as projects from '../project/project.store.ts'
import { endWith } from './deactivate.ts'
import { type AtStake, isSuperadminLeft, type Many, nothingAtStake, type ReadMany } from './many.ts'
import { endBrowserSessions, from } from './user.store.ts'

interface Row extends SeenUser {
  readonly id: string
  readonly email: string
}

interface Named {
  readonly id: string
  readonly name: string
  readonly domainId: string
}

/**
 * One change of many users. What cannot be done to anybody fails here: a policy or project that is not there, a role that is
 * not the administrator's to give. Held until the transaction ends, where there is one.
 */
export async function manyUsers(
  db: Db,
  changes: ManyUserChanges,
  admin: Person,
  origin: Origin,
): Promise<Many<Row>> {
  const { status, role, policy, addToProjects = [], removeFromProjects = [] } = changes
  if (role === 'superadmin' && admin.role !== 'superadmin')
    throw refused('forbidden', 'role', 'only a superadmin may make a superadmin')
  if (policy !== undefined && !(await policies.holdFor(db, userKind, policy)))
    throw refused('policy_not_found', 'policy', 'no such policy')
  const named = await findProjects(db, admin, { addToProjects, removeFromProjects })
  const domains = new Map(named.map(({ id, domainId }) => [id, domainId]))
  const isTakenFrom = status === 'inactive' || (role !== undefined && role !== 'superadmin')
  return {
    from,
    id: sql`u.id`,
    name: sql`u.email`,
    idType: 'uuid',
    read: (on, where, options) =>
      readUsers(
        on,
        where,
        named.map(({ id }) => id),
        options,
      ),
    idOf: ({ id }) => id,
    nameOf: ({ email }) => email,
    verdictOn: user => verdictOnUser(user, changes, admin.role, domains),
    isDelicate: user => isTakenFrom && user.role === 'superadmin',
    apply: (tx, rows) => apply(tx, { rows, changes, named, admin, origin }),
    atStake: (on, ids) => atStake(on, ids, { isEnded: status === 'inactive', isTakenFrom }),
  }
}

const refused = (
  code: 'forbidden' | 'policy_not_found',
  field: string,
  message: string,
): AppError =>
  new AppError(code, {
    detail: `${field}: ${message}`,
    issues: [{ path: `changes.${field}`, message }],
  })

async function findProjects(
  db: Db,
  { scope }: Person,
  asked: {
    readonly addToProjects: readonly string[]
    readonly removeFromProjects: readonly string[]
  },
): Promise<Named[]> {
  const all: Named[] = []
  for (const field of ['addToProjects', 'removeFromProjects'] as const) {
    if (asked[field].length === 0) continue
    const found = await projects.findMany(db, scope, asked[field])
    if (found.length < new Set(asked[field]).size)
      throw new AppError('project_not_found', {
        issues: [{ path: `changes.${field}`, message: 'one of them is not there' }],
      })
    if (field === 'removeFromProjects' && found.some(({ type }) => type === 'model-store'))
      throw new AppError('members_fixed', {
        issues: [{ path: `changes.${field}`, message: 'nobody leaves a model store' }],
      })
    all.push(...found)
  }
  return all
}

async function readUsers(
  db: Db,
  where: readonly RawBuilder<unknown>[],
  projectIds: readonly string[],
  { after, limit, isLocked = false }: ReadMany,
): Promise<Row[]> {
  const conditions = after === undefined ? where : [...where, sql`u.id > ${after}`]
  const { rows } = await sql<Row>`
    select u.id, u.email, u.role, u.status, u.policy, u.is_password_change_required, u.domain_id,
      array(select m.project_id from membership m where m.user_id = u.id and m.project_id = any(${projectIds}::uuid[])) as project_ids
    from ${from} ${conditions.length > 0 ? sql`where ${sql.join(conditions, sql` and `)}` : sql``}
    order by u.id ${limit === undefined ? sql`` : sql`limit ${limit}`}
    ${isLocked ? sql`for no key update of u` : sql``}`.execute(db)
  return rows
}

interface Applied {
  readonly rows: readonly Row[]
  readonly changes: ManyUserChanges
  readonly named: readonly Named[]
  readonly admin: Person
  readonly origin: Origin
}

async function apply(tx: Tx, { rows, changes, named, admin, origin }: Applied): Promise<string[]> {
  const ids = rows.map(({ id }) => id)
  const { addToProjects = [], removeFromProjects = [], deactivateKeypairs, endSessions } = changes
  const { status, role, policy, isPasswordChangeRequired } = changes
  const columns = { status, role, policy, isPasswordChangeRequired }
  await tx
    .updateTable('user')
    .set({ ...columns, modifiedAt: sql`now()` })
    .where(sql<boolean>`id = any(${ids}::uuid[])`)
    .execute()
  await projects.leave(tx, ids, removeFromProjects)
  await projects.join(tx, ids, addToProjects)
  const also = { deactivateKeypairs, endSessions }
  if (status === 'inactive') await endBrowserSessions(tx, ids)
  const agentIds = status === 'inactive' ? await endWith(tx, ids, also, admin) : []
  const nameOf = new Map(named.map(({ id, name }) => [id, name]))
  const namesOf = (projectIds: Iterable<string>): string[] =>
    [...projectIds].map(id => nameOf.get(id) ?? id).sort((a, b) => a.localeCompare(b))
  const entries = rows.map(row => {
    const { status, role, policy, isPasswordChangeRequired, projectIds } = row
    const before = { status, role, policy, isPasswordChangeRequired }
    const after = new Set([...projectIds, ...addToProjects])
    for (const id of removeFromProjects) after.delete(id)
    return {
      operation: 'user.update',
      target: row.email,
      targetId: row.id,
      of: { userId: row.id },
      before: { ...before, projects: namesOf(projectIds) },
      after: { ...before, ...given(columns), projects: namesOf(after), ...(status && given(also)) },
    }
  })
  await auditAll(tx, admin, origin, entries)
  return agentIds
}

const given = (values: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(values).filter(([, value]) => value !== undefined && value !== false),
  )

async function atStake(
  db: Db,
  ids: readonly string[],
  { isEnded, isTakenFrom }: { readonly isEnded: boolean; readonly isTakenFrom: boolean },
): Promise<AtStake> {
  const isLastSuperadmin =
    isTakenFrom && !(await isSuperadminLeft(db, { userIds: ids, accessKeys: [] }))
  if (!isEnded) return { ...nothingAtStake, isLastSuperadmin }
  const { rows } = await sql<{ liveSessionCount: number; activeKeypairCount: number }>`
    select (select count(*)::int from session where user_id = any(${ids}::uuid[])
        and status not in ('terminated', 'cancelled', 'error')) as live_session_count,
      (select count(*)::int from keypair where user_id = any(${ids}::uuid[]) and is_active) as active_keypair_count`.execute(
    db,
  )
  return { ...rows[0]!, isLastSuperadmin }
}
