import { AppError } from '@capstan/contract/errors'
import { type Job, jobApi } from '@capstan/contract/job'
import type { HttpApp } from '@capstan/runtime/http'
import type { App } from '../app.ts'
import { audit } from '../audit/audit.store.ts'
import { byteOrderMark, csvRows } from '../csv/write.ts'
import { type Actor, person } from '../http/actor.ts'
import { type FileAnswer, mount, mountFile, type Request } from '../http/mount.ts'
import { streamOf } from '../http/stream.ts'
import { openSecret } from './create-users.ts'
import * as items from './item.store.ts'
import * as store from './job.store.ts'

const pageRows = 1000

/** Initial passwords that a job made up: for who started it, until they say that they have them, or for a day. */
export function passwordsRoutes(http: HttpApp, app: App): void {
  mountFile(http, app, jobApi.passwords, handOut)
  mount(http, app, jobApi.forgetPasswords, forget)
}

/** Only of one's own job, whoever else may see it. */
async function mine(app: App, actor: Actor, id: string): Promise<Job> {
  const { scope, userId } = person(actor)
  const job = await store.find(app.db, scope, id)
  if (!job) throw new AppError('job_not_found')
  if (job.createdBy !== userId)
    throw new AppError('forbidden', { detail: 'Only who started the job gets its passwords' })
  return store.toJob(job)
}

async function handOut(
  app: App,
  actor: Actor,
  { id }: { id: string },
  request: Request,
): Promise<FileAnswer> {
  const { passwords } = await mine(app, actor, id)
  if (passwords !== 'ready') throw new AppError('passwords_gone')
  const body = await streamOf(sheet(app, id))
  await audit(app.db, actor, request, {
    operation: 'job.passwords',
    target: id,
    before: null,
    after: null,
  })
  return { name: 'passwords.csv', type: 'text/csv; charset=utf-8', body }
}

async function* sheet(app: App, id: string): AsyncGenerator<string, void> {
  yield byteOrderMark + csvRows([['email', 'name', 'fullName', 'password']])
  for (let after = 0; ;) {
    const rows = await items.listSecrets(app.db, id, after, pageRows)
    const last = rows.at(-1)
    if (last === undefined) return
    yield csvRows(
      rows.map(row => [row.email, row.name, row.fullName, openSecret(app, id, row).password]),
    )
    after = last.number
  }
}

async function forget(
  app: App,
  actor: Actor,
  { id }: { id: string },
  request: Request,
): Promise<Job> {
  await mine(app, actor, id)
  await store.forgetPasswords(app.db, id)
  await audit(app.db, actor, request, {
    operation: 'job.forgetPasswords',
    target: id,
    before: null,
    after: null,
  })
  return mine(app, actor, id)
}
