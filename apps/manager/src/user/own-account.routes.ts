import { type Account, accountApi } from '@capstan/contract/account'
import { AppError } from '@capstan/contract/errors'
import type { Keypair } from '@capstan/contract/keypair'
import type { HttpApp } from '@capstan/runtime/http'
import type * as z from 'zod'
import { findAccount } from '../account/account.store.ts'
import type { App } from '../app.ts'
import { audit } from '../audit/audit.store.ts'
import type { Db } from '../db/db.ts'
import type { Scope } from '../db/scope.ts'
import { violates } from '../db/violation.ts'
import { type Actor, person } from '../http/actor.ts'
import { mount, type Request } from '../http/mount.ts'
import * as keypairs from './keypair.store.ts'
import * as users from './user.store.ts'

type Input<V extends keyof typeof accountApi> = z.output<(typeof accountApi)[V]['input']>

/** A person has few. */
const mostKeypairs = 200

/** What people change of their own name and keypairs (ACC-08). */
export function ownAccountRoutes(http: HttpApp, app: App): void {
  mount(http, app, accountApi.update, update)
  mount(http, app, accountApi.listKeypairs, listKeypairs)
  mount(http, app, accountApi.chooseMainKeypair, chooseMainKeypair)
}

/** Whatever they administer, here they are themselves only. */
const ownScope = (actor: Actor): Scope => {
  const { userId, domainId } = person(actor)
  return { reach: 'user', userId, domainId }
}

async function accountOf(db: Db, actor: Actor): Promise<Account> {
  const account = await findAccount(db, person(actor).userId)
  if (!account) throw new AppError('unauthenticated')
  return account
}

async function update(
  app: App,
  actor: Actor,
  changes: Input<'update'>,
  request: Request,
): Promise<Account> {
  const { userId, email } = person(actor)
  try {
    return await app.db.transaction().execute(async tx => {
      await users.lock(tx, userId)
      const { name, fullName } = await accountOf(tx, actor)
      await users.update(tx, userId, changes)
      const after = await accountOf(tx, actor)
      await audit(tx, actor, request, {
        operation: 'account.update',
        target: email,
        before: { name, fullName },
        after: { name: after.name, fullName: after.fullName },
      })
      return after
    })
  } catch (error) {
    if (violates(error, 'user_name'))
      throw new AppError('user_taken', {
        issues: [{ path: 'name', message: 'there is a user of this name' }],
      })
    throw error
  }
}

async function listKeypairs(app: App, actor: Actor): Promise<{ items: Keypair[] }> {
  const { items } = await keypairs.list(app.db, ownScope(actor), {
    sort: 'createdAt',
    limit: mostKeypairs,
  })
  return { items }
}

async function chooseMainKeypair(
  app: App,
  actor: Actor,
  { accessKey }: Input<'chooseMainKeypair'>,
  request: Request,
): Promise<Account> {
  const { userId, email } = person(actor)
  return app.db.transaction().execute(async tx => {
    await users.lock(tx, userId)
    await keypairs.lock(tx, accessKey)
    const keypair = await keypairs.find(tx, ownScope(actor), accessKey)
    if (!keypair) throw new AppError('keypair_not_found')
    if (!keypair.isActive)
      throw new AppError('keypair_inactive', { detail: 'Ask an administrator to activate it' })
    const { mainAccessKey } = await accountOf(tx, actor)
    await users.update(tx, userId, { mainAccessKey: accessKey })
    await audit(tx, actor, request, {
      operation: 'account.chooseMainKeypair',
      target: email,
      before: { mainAccessKey },
      after: { mainAccessKey: accessKey },
    })
    return accountOf(tx, actor)
  })
}
