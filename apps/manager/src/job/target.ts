import type { ChangeRequest } from '@capstan/contract/job-request'
import { type RawBuilder, sql } from 'kysely'
import type { Scope } from '../db/scope.ts'
import * as keypairs from '../user/keypair.store.ts'
import * as users from '../user/user.store.ts'
import { failedIn } from './item.store.ts'

/** Conditions on what a request is about, of all that somebody administers. */
export function whereOf({ kind, target }: ChangeRequest, scope: Scope): RawBuilder<unknown>[] {
  const mine = users.within(scope)
  const isUser = kind === 'user.update'
  if (target.by === 'failed')
    return [...mine, failedIn(target.jobId, isUser ? sql`u.id` : sql`k.access_key`)]
  const filter = target.by === 'ids' ? { ids: target.ids } : target.filter
  return [...mine, ...(isUser ? users.conditions(filter) : keypairs.conditions(filter))]
}
