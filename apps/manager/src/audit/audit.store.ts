import type { Db } from '../db/db.ts'
import { type Actor, type Person, person } from '../http/actor.ts'
import type { Request } from '../http/mount.ts'

export interface Change {
  /** `user.update`: the endpoint's noun and verb. */
  readonly operation: string
  /** Name or id of what was changed. */
  readonly target: string
  /** What it was and what it is, without secrets; null where there was or is nothing. */
  readonly before: Readonly<Record<string, unknown>> | null
  readonly after: Readonly<Record<string, unknown>> | null
}

/** Only what differs: an entry says what changed, not what stayed. */
function differing(
  one: Readonly<Record<string, unknown>>,
  other: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(one).filter(
      ([name, value]) => JSON.stringify(value) !== JSON.stringify(other[name]),
    ),
  )
}

/** The request that a change was made for. */
export type Origin = Pick<Request, 'requestId' | 'source'>

/** Writes down a change, in the transaction that makes it: there is no change without its entry. */
export const audit = (tx: Db, actor: Actor, origin: Origin, change: Change): Promise<void> =>
  auditAll(tx, person(actor), origin, [change])

/** Entries that one statement takes: each has nine values, and there may be 65,535. */
const mostAtOnce = 5000

/** The same for many changes. */
export async function auditAll(
  tx: Db,
  { userId, email, domainId }: Pick<Person, 'userId' | 'email' | 'domainId'>,
  { requestId, source }: Origin,
  changes: readonly Change[],
): Promise<void> {
  const json = (value: Readonly<Record<string, unknown>> | null): string | null =>
    value && JSON.stringify(value)
  const entries = changes.map(({ operation, target, before, after }) => ({
    requestId,
    actorId: userId,
    actorName: email,
    domainId,
    source,
    operation,
    target,
    before: json(before && after ? differing(before, after) : before),
    after: json(before && after ? differing(after, before) : after),
  }))
  for (let first = 0; first < entries.length; first += mostAtOnce)
    await tx
      .insertInto('auditEntry')
      .values(entries.slice(first, first + mostAtOnce))
      .execute()
}
