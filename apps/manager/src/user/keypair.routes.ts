import { AppError } from '@capstan/contract/errors'
import { type Keypair, keypairApi } from '@capstan/contract/keypair'
import { whyNotAdminister, whyNotRemove } from '@capstan/core/administer'
import type { HttpApp } from '@capstan/runtime/http'
import type * as z from 'zod'
import type { App } from '../app.ts'
import { audit } from '../audit/audit.store.ts'
import type { Db, Tx } from '../db/db.ts'
import { unseal } from '../db/seal.ts'
import { violates } from '../db/violation.ts'
import { type Actor, type Person, person } from '../http/actor.ts'
import { mount, type Request } from '../http/mount.ts'
import * as store from './keypair.store.ts'
import * as users from './user.store.ts'

type Input<V extends keyof typeof keypairApi> = z.output<(typeof keypairApi)[V]['input']>

export function keypairRoutes(http: HttpApp, app: App): void {
  mount(http, app, keypairApi.list, (_, actor, input) =>
    store.list(app.db, person(actor).scope, input),
  )
  mount(http, app, keypairApi.show, async (_, actor, { accessKey }) =>
    store.toKeypair(await found(app.db, person(actor), accessKey)),
  )
  mount(http, app, keypairApi.create, create)
  mount(http, app, keypairApi.reveal, reveal)
  mount(http, app, keypairApi.update, update)
  mount(http, app, keypairApi.remove, remove)
}

/** A keypair that this person administers: those of superadmins only superadmins do. */
async function found(
  db: Db,
  { scope, role }: Person,
  accessKey: string,
): Promise<NonNullable<Awaited<ReturnType<typeof store.find>>>> {
  const row = await store.find(db, scope, accessKey)
  if (!row) throw new AppError('keypair_not_found')
  const whyNot = whyNotAdminister(role, row.userRole)
  if (whyNot !== null) throw new AppError('forbidden', { detail: whyNot })
  return row
}

async function create(
  app: App,
  actor: Actor,
  { userId, policy, rateLimit }: Input<'create'>,
  request: Request,
): Promise<Keypair & { secretKey: string }> {
  const admin = person(actor)
  return inTransaction(app, async tx => {
    const owner = await users.find(tx, admin.scope, userId)
    if (!owner) throw new AppError('user_not_found')
    const made = await store.makeKeypair(tx, app.sealKey, { userId, policy, rateLimit })
    // Seen as its administrator sees it: one for a superadmin is refused to others here.
    const keypair = store.toKeypair(await found(tx, admin, made.accessKey))
    await audit(tx, actor, request, {
      operation: 'keypair.create',
      target: made.accessKey,
      of: { userId },
      before: null,
      after: keypair,
    })
    return { ...keypair, secretKey: made.secretKey }
  })
}

async function reveal(
  app: App,
  actor: Actor,
  { accessKey }: { accessKey: string },
  request: Request,
): Promise<{ accessKey: string; secretKey: string }> {
  return inTransaction(app, async tx => {
    const { secretKeySealed, userEmail, userId } = await found(tx, person(actor), accessKey)
    await audit(tx, actor, request, {
      operation: 'keypair.reveal',
      target: accessKey,
      of: { userId },
      before: null,
      after: { userEmail },
    })
    return { accessKey, secretKey: unseal(app.sealKey, secretKeySealed, `keypair:${accessKey}`) }
  })
}

async function update(
  app: App,
  actor: Actor,
  { accessKey, ...changes }: Input<'update'>,
  request: Request,
): Promise<Keypair> {
  const admin = person(actor)
  const keypair = await inTransaction(app, async tx => {
    await store.lock(tx, accessKey)
    const before = store.toKeypair(await found(tx, admin, accessKey))
    await store.update(tx, accessKey, changes)
    const after = store.toKeypair(await found(tx, admin, accessKey))
    await audit(tx, actor, request, {
      operation: 'keypair.update',
      target: accessKey,
      of: after,
      before,
      after,
    })
    return after
  })
  // Another policy may let start what waits.
  app.wake(['scheduler'])
  return keypair
}

async function remove(
  app: App,
  actor: Actor,
  { accessKey }: { accessKey: string },
  request: Request,
): Promise<Record<string, never>> {
  return inTransaction(app, async tx => {
    await store.lock(tx, accessKey)
    const row = await found(tx, person(actor), accessKey)
    const refusal = whyNotRemove(row)
    if (refusal) throw new AppError(refusal.code, { detail: refusal.message })
    await store.remove(tx, [accessKey])
    await audit(tx, actor, request, {
      operation: 'keypair.remove',
      target: accessKey,
      of: row,
      before: store.toKeypair(row),
      after: null,
    })
    return {}
  })
}

async function inTransaction<T>(app: App, work: (tx: Tx) => Promise<T>): Promise<T> {
  try {
    return await app.db.transaction().execute(work)
  } catch (error) {
    if (violates(error, 'keypair_policy_fkey'))
      throw new AppError('policy_not_found', {
        issues: [{ path: 'policy', message: 'no such policy' }],
      })
    if (violates(error, 'last_superadmin'))
      throw new AppError('last_superadmin', {
        detail: 'It is the main keypair of the last active superadmin',
      })
    throw error
  }
}
