import type { Db } from '../db/db.ts'
import { type Actor, person } from '../http/actor.ts'
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

/** Writes down a change, in the transaction that makes it: there is no change without its entry. */
export async function audit(
  tx: Db,
  actor: Actor,
  { requestId, source }: Request,
  { operation, target, before, after }: Change,
): Promise<void> {
  const { userId, email, domainId } = person(actor)
  const json = (value: Readonly<Record<string, unknown>> | null): string | null =>
    value && JSON.stringify(value)
  await tx
    .insertInto('auditEntry')
    .values({
      requestId,
      actorId: userId,
      actorName: email,
      domainId,
      source,
      operation,
      target,
      before: json(before && after ? differing(before, after) : before),
      after: json(before && after ? differing(after, before) : after),
    })
    .execute()
}
