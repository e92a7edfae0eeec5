import { AppError } from '@capstan/contract/errors'
import { may } from '@capstan/core/access'
import type { Verdict } from '@capstan/core/many'
import { sql } from 'kysely'
import { findPerson } from '../account/identity.store.ts'
import type { App } from '../app.ts'
import type { Tx } from '../db/db.ts'
import { type Person, scopeOf } from '../http/actor.ts'
import { within } from '../user/user.store.ts'
import { changeEach, type Many } from '../user/many.ts'
import type { WakeTarget } from '../wake.ts'
import { advanceCreate } from './create-users.ts'
import * as items from './item.store.ts'
import { permissionOf, withMany } from './job.kinds.ts'
import * as store from './job.store.ts'

/** Things that are changed in one transaction: progress is seen, and it can be given up, between two of them. */
const batchItems = 200

/** Turns in a row that may break before a job is given up. */
const mostBreaks = 5

/** What became of things is kept so long, in days. */
const keptDays = 30

/**
 * One turn: a batch of each job in turn, so that a small one does not wait for a large one, until none has anything left. A
 * batch and its results are one transaction: killed anywhere, the rest is done later, and nothing twice.
 */
export async function runJobs(app: App, signal: AbortSignal): Promise<void> {
  await store.prune(app.db, keptDays)
  for (let isWorking = true; isWorking;) {
    isWorking = false
    for (const id of await store.listLive(app.db)) {
      if (signal.aborted) return
      isWorking = (await workOn(app, id)) || isWorking
    }
  }
}

/** Does a batch of a job. False when there was nothing to do here: another manager has it, it has ended, or it broke. */
export async function workOn(app: App, id: string): Promise<boolean> {
  try {
    const wakes = await app.db.transaction().execute(async tx => {
      const job = await store.hold(tx, id)
      return job && advance(app, tx, job)
    })
    if (wakes) app.wake(wakes)
    return wakes !== undefined
  } catch (error) {
    app.log.error({ jobId: id, err: error }, 'job_broke')
    if ((await store.noteBreak(app.db, id)) >= mostBreaks)
      await app.db.transaction().execute(tx => store.finish(tx, id, 'failed', failureOf(error)))
    return false
  }
}

async function advance(app: App, tx: Tx, job: store.JobRow): Promise<WakeTarget[]> {
  if (job.isCancelWanted) {
    await store.finish(tx, job.id, 'cancelled')
    return []
  }
  const admin = await findStarter(tx, job)
  if (!admin) {
    const message = `${job.creatorEmail} may not do that any more`
    await store.finish(tx, job.id, 'failed', { code: 'forbidden', message })
    return []
  }
  const { kind } = job
  if (kind === 'user.create') return advanceCreate(app, tx, job, admin)
  const waiting = await items.listWaiting(tx, job.id, batchItems)
  if (waiting.length === 0) {
    await store.finish(tx, job.id, 'done')
    return []
  }
  try {
    return await withMany(tx, { ...job, kind }, admin, job, many =>
      changeBatch(tx, { job, many, admin, waiting }),
    )
  } catch (error) {
    // What is refused whatever it is about, such as a policy that is gone, ends the job, and broke nothing.
    if (!(error instanceof AppError)) throw error
    await store.finish(tx, job.id, 'failed', failureOf(error))
    return []
  }
}

/** Whoever started it, with the rights that they have now. */
async function findStarter(tx: Tx, { createdBy, kind }: store.JobRow): Promise<Person | undefined> {
  const found = await findPerson(tx, createdBy)
  if (found?.status !== 'active' || !may(found.role, permissionOf[kind])) return undefined
  const { role, userId, domainId } = found
  return { kind: 'person', ...found, scope: scopeOf(role, userId, domainId) }
}

interface Batch<Row> {
  readonly job: store.JobRow
  readonly many: Many<Row>
  readonly admin: Person
  readonly waiting: Awaited<ReturnType<typeof items.listWaiting>>
}

async function changeBatch<Row>(
  tx: Tx,
  { job, many, admin, waiting }: Batch<Row>,
): Promise<WakeTarget[]> {
  const targets = waiting.map(({ target }) => target)
  const among = sql`${many.id} = any(${targets}::${sql.raw(many.idType)}[])`
  const rows = await many.read(tx, [among, ...within(admin.scope)], { isLocked: true })
  const { verdicts, agentIds } = await changeEach(tx, rows, many)
  const outcomes = waiting.map(({ number, target }) => ({
    number,
    ...outcomeOf(verdicts.get(target)),
  }))
  await items.settle(tx, job.id, outcomes)
  const of = (status: items.Outcome['status']): number =>
    outcomes.filter(outcome => outcome.status === status).length
  await store.count(tx, job.id, {
    done: of('done'),
    unchanged: of('unchanged'),
    failed: of('failed'),
  })
  // Other policies and roles may let start what waits.
  return [...new Set(agentIds)].map((id): WakeTarget => `agent:${id}`).concat('scheduler')
}

const outcomeOf = (verdict: Verdict | undefined): Omit<items.Outcome, 'number'> => {
  if (verdict === undefined)
    return {
      status: 'failed',
      reason: { code: 'not_found', message: 'It is not there any more, or not yours to change' },
    }
  if (verdict === 'unchanged') return { status: 'unchanged', reason: null }
  return verdict === 'change'
    ? { status: 'done', reason: null }
    : { status: 'failed', reason: verdict }
}

const failureOf = (error: unknown): { code: string; message: string } =>
  error instanceof AppError
    ? { code: error.code, message: error.message }
    : { code: 'internal', message: 'It broke several times: the log of the manager says how' }
