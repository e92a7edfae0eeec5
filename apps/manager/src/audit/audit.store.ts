import { isDeepStrictEqual } from 'node:util'
import { AppError, type Issue } from '@capstan/contract/errors'
import { type RawBuilder, sql } from 'kysely'
import type { Db } from '../db/db.ts'
import { type Actor, type Person, person } from '../http/actor.ts'
import type { Request } from '../http/mount.ts'

type Fields = Readonly<Record<string, unknown>>

export interface Change {
  /** `user.update`: the endpoint's noun and verb. */
  readonly operation: string
  /** Name or id of what was changed. */
  readonly target: string
  /** Its id, where the target is a name that may change. */
  readonly targetId?: string
  /** The domain whose administrators may see it, by its name or by somebody in it; otherwise the actor's. */
  readonly of?: { readonly domainName: string } | { readonly userId: string }
  /** What it was and what it is, without secrets; null where there was or is nothing. */
  readonly before: Fields | null
  readonly after: Fields | null
}

/** Only what differs: an entry says what changed, not what stayed. */
function differing(one: Fields, other: Fields): Fields {
  return Object.fromEntries(
    Object.entries(one).filter(
      ([name, value]) => JSON.stringify(value) !== JSON.stringify(other[name]),
    ),
  )
}

/** The request that a change was made for. */
export type Origin = Pick<Request, 'requestId' | 'source' | 'undoes'>

/** Requests whose handlers wrote down themselves what they did. */
const told = new WeakSet<object>()

export const wasAudited = (origin: Origin): boolean => told.has(origin)

/** Writes down a change, in the transaction that makes it: there is no change without its entry. */
export const audit = (tx: Db, actor: Actor, origin: Origin, change: Change): Promise<void> =>
  auditAll(tx, person(actor), origin, [change])

/** Entries that one statement takes: each has eleven values, and there may be 65,535. */
const mostAtOnce = 5000

type By = Pick<Person, 'userId' | 'email' | 'domainId' | 'role'>

/** The same for many changes. */
export async function auditAll(
  tx: Db,
  by: By,
  origin: Origin,
  changes: readonly Change[],
): Promise<void> {
  told.add(origin)
  await refuseChanged(tx, origin, changes)
  const entries = changes.map(({ operation, target, targetId, of, before, after }) => ({
    ...begin(by, origin, of),
    operation,
    target,
    targetId: targetId ?? null,
    before: json(before && after ? differing(before, after) : before),
    after: json(before && after ? differing(after, before) : after),
    undoes: origin.undoes?.id ?? null,
  }))
  for (let first = 0; first < entries.length; first += mostAtOnce)
    await tx
      .insertInto('auditEntry')
      .values(entries.slice(first, first + mostAtOnce))
      .execute()
}

/**
 * What undoes an operation is refused here, where its handler has read what it changes under its own lock: nobody comes
 * between this look and the write.
 */
async function refuseChanged(
  tx: Db,
  { undoes }: Origin,
  changes: readonly Change[],
): Promise<void> {
  if (!undoes) return
  const undone = await tx
    .selectFrom('auditEntry')
    .select('id')
    .where('undoes', '=', undoes.id)
    .executeTakeFirst()
  if (undone) throw new AppError('not_reversible', { detail: 'Somebody undid it already' })
  const different = Object.entries(undoes.expects)
    .filter(([name, value]) => changes.some(({ before }) => !isSame(before?.[name], value)))
    .map(([name]) => name)
  if (different.length > 0)
    throw new AppError('changed_since', {
      detail: `Of what it changed, this is different now: ${different.join(', ')}`,
    })
}

/** As the log would keep them. */
const isSame = (one: unknown, other: unknown): boolean => isDeepStrictEqual(kept(one), kept(other))

const kept = (value: unknown): unknown => JSON.parse(JSON.stringify(value ?? null)) as unknown

export interface Failure {
  readonly operation: string
  readonly target: string
  readonly targetId: string | null
  readonly error: unknown
  /** What was asked for, where it may be asked for again. */
  readonly input: Fields | null
}

/** Writes down what was refused or failed. What is said of it holds nothing of what was sent. */
export async function auditFailure(
  db: Db,
  by: By,
  origin: Origin,
  failure: Failure,
): Promise<void> {
  const { operation, target, targetId, error, input } = failure
  const isKnown = error instanceof AppError
  const code = isKnown ? error.code : 'internal'
  await db
    .insertInto('auditEntry')
    .values({
      ...begin(by, origin, undefined),
      operation,
      target,
      targetId,
      code,
      failure: JSON.stringify(isKnown ? said(error) : { detail: null, issues: [] }),
      input: json(input),
    })
    .execute()
}

/** What stands at no field of the request may quote it: a body that is no JSON, for one. */
function said(error: AppError): { detail: string | null; issues: readonly Issue[] } {
  const isQuoted = error.code === 'invalid_input'
  return {
    detail: isQuoted ? null : (error.options.detail ?? null),
    issues: error.issues.filter(({ path }) => path !== ''),
  }
}

function begin(by: By, { requestId, source }: Origin, of: Change['of']) {
  return {
    requestId,
    source,
    actorId: by.userId,
    actorName: by.email,
    domainId: domainOf(by, of),
  }
}

/** Superadmins reach into every domain: what they do is for the administrators of the one that it is about. */
function domainOf({ role, domainId }: By, of: Change['of']): RawBuilder<string | null> {
  if (role !== 'superadmin') return sql`${domainId}::uuid`
  if (of === undefined) return sql`null::uuid`
  return 'domainName' in of
    ? sql`(select id from domain where name = ${of.domainName})`
    : sql`(select domain_id from "user" where id = ${of.userId})`
}

const json = (value: Fields | null): string | null => value && JSON.stringify(value)
