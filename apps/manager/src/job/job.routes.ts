import { AppError } from '@capstan/contract/errors'
import { type Job, jobApi, type JobPreview } from '@capstan/contract/job'
import type { ChangeRequest, JobRequest } from '@capstan/contract/job-request'
import { may } from '@capstan/core/access'
import type { HttpApp } from '@capstan/runtime/http'
import { sql } from 'kysely'
import type { App } from '../app.ts'
import { audit } from '../audit/audit.store.ts'
import type { Db, Tx } from '../db/db.ts'
import { type Actor, type Person, person } from '../http/actor.ts'
import { mount, type Request } from '../http/mount.ts'
import { insertRows, previewCreate } from './create-users.ts'
import * as items from './item.store.ts'
import { changesOf, permissionOf, withMany } from './job.kinds.ts'
import * as store from './job.store.ts'
import { previewMany } from './preview.ts'
import { whereOf } from './target.ts'

export function jobRoutes(http: HttpApp, app: App): void {
  mount(http, app, jobApi.list, (_, actor, input) => store.list(app.db, person(actor).scope, input))
  mount(http, app, jobApi.show, async (_, actor, { id }) =>
    store.toJob(await found(app.db, person(actor), id)),
  )
  mount(http, app, jobApi.listItems, async (_, actor, { id, ...filter }) => {
    await found(app.db, person(actor), id)
    return items.list(app.db, id, filter)
  })
  mount(http, app, jobApi.preview, preview)
  mount(http, app, jobApi.create, create)
  mount(http, app, jobApi.cancel, cancel)
}

async function found(db: Db, { scope }: Person, id: string): Promise<store.JobRow> {
  const job = await store.find(db, scope, id)
  if (!job) throw new AppError('job_not_found')
  return job
}

/** What stands against a request whatever it is about. */
async function allow(db: Db, admin: Person, request: JobRequest): Promise<void> {
  if (!may(admin.role, permissionOf[request.kind])) throw new AppError('forbidden')
  if (request.kind === 'user.create' || request.target.by !== 'failed') return
  await found(db, admin, request.target.jobId)
}

async function preview(
  app: App,
  actor: Actor,
  request: JobRequest,
  origin: Request,
): Promise<JobPreview> {
  const admin = person(actor)
  await allow(app.db, admin, request)
  if (request.kind === 'user.create') return previewCreate(app.db, admin, request)
  const job = { kind: request.kind, changes: changesOf(request) }
  return withMany(app.db, job, admin, origin, many =>
    previewMany(app.db, many, whereOf(request, admin.scope)),
  )
}

/** Fixes what the job is about as it is now: what matches later is not touched. */
async function create(app: App, actor: Actor, request: JobRequest, origin: Request): Promise<Job> {
  const admin = person(actor)
  const { kind } = request
  const changes = changesOf(request)
  const job = await app.db.transaction().execute(async tx => {
    await allow(tx, admin, request)
    const id = await store.insert(tx, {
      kind,
      changes,
      createdBy: admin.userId,
      domainId: admin.scope.reach === 'all' ? null : admin.domainId,
      requestId: origin.requestId,
      source: origin.source,
    })
    const total =
      request.kind === 'user.create'
        ? await insertRows(app, tx, id, admin, request)
        : await insertTargets(tx, id, admin, request, origin)
    await audit(tx, actor, origin, {
      operation: 'job.create',
      target: id,
      before: null,
      after: { kind, count: total, ...changes },
    })
    return found(tx, admin, id)
  })
  app.wake(['jobs'])
  return store.toJob(job)
}

/** Gives a job all that its request means. Answers how many they are. */
async function insertTargets(
  tx: Tx,
  id: string,
  admin: Person,
  request: ChangeRequest,
  origin: Request,
): Promise<number> {
  const { kind, expectedCount } = request
  const where = whereOf(request, admin.scope)
  const job = { kind, changes: changesOf(request) }
  const total = await withMany(tx, job, admin, origin, many =>
    items.insertFrom(
      tx,
      id,
      sql`select (${many.id})::text, ${many.name} from ${many.from}
        ${where.length > 0 ? sql`where ${sql.join(where, sql` and `)}` : sql``}`,
    ),
  )
  if (total === 0) throw new AppError('nothing_matches')
  if (expectedCount !== undefined && expectedCount !== total)
    throw new AppError('matches_changed', {
      detail: `${total} match now, and ${expectedCount} did before`,
    })
  await store.setTotal(tx, id, total)
  return total
}

async function cancel(
  app: App,
  actor: Actor,
  { id }: { id: string },
  origin: Request,
): Promise<Job> {
  const admin = person(actor)
  await app.db.transaction().execute(async tx => {
    const { endedAt } = await found(tx, admin, id)
    if (endedAt !== null) return
    await store.wantCancel(tx, id)
    await audit(tx, actor, origin, {
      operation: 'job.cancel',
      target: id,
      before: null,
      after: null,
    })
  })
  app.wake(['jobs'])
  return store.toJob(await found(app.db, admin, id))
}
