import type { ChangeRequest, JobKind, JobRequest } from '@capstan/contract/job-request'
import { ManyKeypairChanges, ManyUserChanges } from '@capstan/contract/job-request'
import type { Permission } from '@capstan/contract/permission'
import type { Origin } from '../audit/audit.store.ts'
import type { Db } from '../db/db.ts'
import type { Person } from '../http/actor.ts'
import type { Many } from '../user/many.ts'
import { manyKeypairs } from '../user/many-keypairs.ts'
import { manyUsers } from '../user/many-users.ts'

/** What each kind of job asks for beside the right to start any. */
export const permissionOf: Readonly<Record<JobKind, Permission>> = {
  'user.create': 'user.create',
  'user.update': 'user.update',
  'keypair.update': 'keypair.update',
  'keypair.remove': 'keypair.delete',
}

/** What a request says is to be done to each thing, as the job keeps it. */
export function changesOf(request: JobRequest): Record<string, unknown> {
  if (request.kind === 'user.create') return request.defaults
  return 'changes' in request ? request.changes : {}
}

/** Calls `use` with how the things of a kind are read, judged and changed. */
export async function withMany<T>(
  db: Db,
  job: {
    readonly kind: ChangeRequest['kind']
    readonly changes: Readonly<Record<string, unknown>>
  },
  admin: Person,
  origin: Origin,
  use: <Row>(many: Many<Row>) => Promise<T>,
): Promise<T> {
  const { kind, changes } = job
  if (kind === 'user.update')
    return use(await manyUsers(db, ManyUserChanges.parse(changes), admin, origin))
  const asked = kind === 'keypair.remove' ? 'remove' : ManyKeypairChanges.parse(changes)
  return use(await manyKeypairs(db, asked, admin, origin))
}
