import { availableParallelism } from 'node:os'
import { type JobPreview, mostProblems } from '@capstan/contract/job'
import type { JobRequest } from '@capstan/contract/job-request'
import type { NewUserRow } from '@capstan/contract/user'
import { makeInitialPassword } from '../account/initial-password.ts'
import { hashPassword } from '../account/password.ts'
import type { App } from '../app.ts'
import { refused } from '../csv/rows.ts'
import { auditAll } from '../audit/audit.store.ts'
import type { Db, Tx } from '../db/db.ts'
import { attempt } from '../db/savepoint.ts'
import { seal, unseal } from '../db/seal.ts'
import { violates } from '../db/violation.ts'
import type { Person } from '../http/actor.ts'
import { insertUsers } from '../user/insert-users.ts'
import { type NewUserIssue, resolveNewUsers } from '../user/new-users.ts'
import type { WakeTarget } from '../wake.ts'
import * as items from './item.store.ts'
import * as store from './job.store.ts'
import { type GivenUsers, readNewUsers } from './new-user-rows.ts'

type CreateRequest = Extract<JobRequest, { kind: 'user.create' }>

/** How many of those that would be made are named. */
const mostSampled = 20

/** At most one password less at a time than there are threads for such work: others sign in meanwhile. */
const atOnce = Math.min(3, Math.max(2, availableParallelism() - 1))

/** Passwords that are hashed in one transaction. */
const hashedAtOnce = atOnce * 12

export const passwordPurpose = (jobId: string, number: number): string => `job:${jobId}:${number}`

/** What a row is, but its password. */
const withoutPassword = ({ password: _, ...rest }: NewUserRow): Omit<NewUserRow, 'password'> => rest

/** Everything that is wrong with the rows of a request, by themselves and with what there is. */
async function check(
  db: Db,
  admin: Person,
  { source, defaults }: CreateRequest,
): Promise<GivenUsers> {
  const read = await readNewUsers(source, defaults)
  const { given, notices } = read
  const placeOf = (index: number): string => {
    const line = given[index]!.line
    return line === null ? given[index]!.row.email : `line ${line}`
  }
  const rows = given.map(({ row }) => withoutPassword(row))
  const { issues } = await resolveNewUsers(db, admin, rows, placeOf)
  const found = issues.map(({ index, field, message }) => ({
    line: given[index]!.line,
    column: field,
    name: given[index]!.row.email,
    message,
  }))
  const problems = [...read.problems, ...found].sort((a, b) => (a.line ?? 0) - (b.line ?? 0))
  return { given, problems, notices }
}

/** What creating these users would come to. Writes nothing. */
export async function previewCreate(
  db: Db,
  admin: Person,
  request: CreateRequest,
): Promise<JobPreview> {
  const { given, problems, notices } = await check(db, admin, request)
  return {
    count: given.length,
    changeCount: problems.length > 0 ? 0 : given.length,
    unchangedCount: 0,
    sample: given.slice(0, mostSampled).map(({ row }) => row.email),
    problemCount: problems.length,
    problems: problems.slice(0, mostProblems),
    liveSessionCount: 0,
    activeKeypairCount: 0,
    notices: [...notices],
  }
}

/** Gives a job its rows, all of them right; otherwise fails with what is wrong. Their passwords are sealed. */
export async function insertRows(
  app: App,
  tx: Tx,
  jobId: string,
  admin: Person,
  request: CreateRequest,
): Promise<number> {
  const { given, problems } = await check(tx, admin, request)
  if (problems.length > 0) throw refused(problems)
  const rows = given.map(({ row }, index) => ({
    number: index + 1,
    name: row.email,
    input: withoutPassword(row),
    secretSealed: seal(
      app.sealKey,
      JSON.stringify({
        password: row.password ?? makeInitialPassword(),
        isGenerated: row.password === undefined,
      }),
      passwordPurpose(jobId, index + 1),
    ),
  }))
  await items.insertRows(tx, jobId, rows)
  const generated = given.filter(({ row }) => row.password === undefined).length
  await store.setTotal(tx, jobId, rows.length, generated)
  return rows.length
}

/** The next step of a job that creates users: some passwords are hashed; when all are, all users are made at once. */
export async function advanceCreate(
  app: App,
  tx: Tx,
  job: store.JobRow,
  admin: Person,
): Promise<WakeTarget[]> {
  const unhashed = await items.listUnhashed(tx, job.id, hashedAtOnce)
  if (unhashed.length > 0) await hash(app, tx, job, unhashed)
  else await createAll(app, tx, job, admin)
  return []
}

interface Secret {
  readonly password: string
  readonly isGenerated: boolean
}

export const openSecret = (
  app: App,
  jobId: string,
  { number, secretSealed }: { readonly number: number; readonly secretSealed: Buffer },
): Secret =>
  // It was sealed as just this.
  JSON.parse(unseal(app.sealKey, secretSealed, passwordPurpose(jobId, number))) as Secret

/** Off this thread, a few at a time. A password that was given is not kept beyond this. */
async function hash(
  app: App,
  tx: Tx,
  { id }: store.JobRow,
  rows: Awaited<ReturnType<typeof items.listUnhashed>>,
): Promise<void> {
  const secrets = rows.map(row => openSecret(app, id, row))
  const hashes: string[] = []
  for (let first = 0; first < secrets.length; first += atOnce)
    hashes.push(
      ...(await Promise.all(
        secrets.slice(first, first + atOnce).map(({ password }) => hashPassword(password)),
      )),
    )
  await items.setHashes(
    tx,
    id,
    rows.map(({ number }, index) => ({
      number,
      passwordHash: hashes[index]!,
      isKept: secrets[index]!.isGenerated,
    })),
  )
  await store.countPrepared(tx, id, rows.length)
}

/** All of them in one transaction, or none: what became wrong since they were asked for is said at each. */
async function createAll(app: App, tx: Tx, job: store.JobRow, admin: Person): Promise<void> {
  const rows = await items.listRows(tx, job.id)
  const placeOf = (index: number): string => rows[index]!.name
  const resolve = () =>
    resolveNewUsers(
      tx,
      admin,
      rows.map(({ input }) => input),
      placeOf,
    )
  const { users, issues } = await resolve()
  if (issues.length > 0) return fail(tx, job, rows, issues)
  const hashed = users.map((user, index) => ({ ...user, passwordHash: rows[index]!.passwordHash }))
  try {
    const ids = await attempt(tx, () => insertUsers(tx, app.sealKey, hashed))
    await auditAll(
      tx,
      admin,
      job,
      rows.map(({ name, input }) => ({
        operation: 'user.create',
        target: name,
        before: null,
        after: { ...input },
      })),
    )
    await items.settleCreated(tx, job.id, ids)
    await store.count(tx, job.id, { done: ids.length, unchanged: 0, failed: 0 })
    await store.finish(tx, job.id, 'done')
    await store.keepPasswords(tx, job.id)
  } catch (error) {
    if (!violates(error, 'user_email') && !violates(error, 'user_name')) throw error
    // Somebody took one in this moment: now it is there to be seen.
    await fail(tx, job, rows, (await resolve()).issues)
  }
}

async function fail(
  tx: Tx,
  job: store.JobRow,
  rows: readonly { readonly number: number }[],
  issues: readonly NewUserIssue[],
): Promise<void> {
  const byRow = Map.groupBy(issues, ({ index }) => index)
  const outcomes = [...byRow].map(([index, wrong]) => ({
    number: rows[index]!.number,
    status: 'failed' as const,
    reason: {
      code: wrong[0]!.code,
      message: wrong.map(({ field, message }) => `${field}: ${message}`).join('; '),
    },
  }))
  await items.settle(tx, job.id, outcomes)
  await store.count(tx, job.id, { done: 0, unchanged: 0, failed: outcomes.length })
  await store.finish(tx, job.id, 'failed', {
    code: 'rows_refused',
    message: 'Some rows are not right any more: nothing was created',
  })
}
