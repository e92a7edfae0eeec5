import { type Account, accountApi } from '@capstan/contract/account'
import { AppError } from '@capstan/contract/errors'
import type { HttpApp } from '@capstan/runtime/http'
import type * as z from 'zod'
import type { App } from '../app.ts'
import { audit } from '../audit/audit.store.ts'
import type { Tx } from '../db/db.ts'
import { hashSecret, seal } from '../db/seal.ts'
import { type Actor, person } from '../http/actor.ts'
import { readSessionCookie } from '../http/cookie.ts'
import { mount, type Request } from '../http/mount.ts'
import * as store from './account.store.ts'
import { checkPassword, guarded } from './failures.ts'
import { hashPassword } from './password.ts'
import { hashRecoveryCode, newRecoveryCodes, newSeed } from './totp.ts'
import { type Secrets, seedPurpose, spendCode, spendStep } from './two-factor.ts'

type Input<V extends keyof typeof accountApi> = z.output<(typeof accountApi)[V]['input']>

/** What people do with their own password and second factor (ACC-05, ACC-07, ACC-08). */
export function secretsRoutes(http: HttpApp, app: App): void {
  mount(http, app, accountApi.changePassword, changePassword)
  mount(http, app, accountApi.beginTotp, beginTotp)
  mount(http, app, accountApi.confirmTotp, confirmTotp)
  mount(http, app, accountApi.leaveTotp, leaveTotp)
}

async function secretsOf(app: App, actor: Actor): Promise<Secrets> {
  const user = await store.findSecrets(app.db, person(actor).userId)
  if (!user) throw new AppError('unauthenticated')
  return user
}

async function accountOf(tx: Tx, actor: Actor): Promise<Account> {
  const account = await store.findAccount(tx, person(actor).userId)
  if (!account) throw new AppError('unauthenticated')
  return account
}

async function changePassword(
  app: App,
  actor: Actor,
  { current, password }: Input<'changePassword'>,
  request: Request,
): Promise<Account> {
  const user = await secretsOf(app, actor)
  await checkPassword(app, user, current).catch((error: unknown) => {
    throw error instanceof AppError && error.code === 'wrong_password'
      ? new AppError('wrong_password', {
          issues: [{ path: 'current', message: 'not the password that you have now' }],
        })
      : error
  })
  if (current === password)
    throw new AppError('invalid_input', {
      detail: 'password: it is the one that you have now',
      issues: [{ path: 'password', message: 'it is the one that you have now' }],
    })
  const passwordHash = await hashPassword(password)
  const cookie = readSessionCookie(request.context)
  return app.db.transaction().execute(async tx => {
    await store.setPassword(tx, user.id, passwordHash)
    await store.endOtherBrowserSessions(
      tx,
      user.id,
      cookie === undefined ? null : hashSecret(cookie),
    )
    await audit(tx, actor, request, {
      operation: 'account.changePassword',
      target: user.email,
      before: null,
      after: { password: 'changed' },
    })
    return accountOf(tx, actor)
  })
}

async function beginTotp(
  app: App,
  actor: Actor,
  { password }: Input<'beginTotp'>,
): Promise<{ secret: string; uri: string }> {
  const user = await secretsOf(app, actor)
  await checkPassword(app, user, password)
  if (user.isTotpEnabled) throw new AppError('totp_enabled')
  const seed = newSeed(user.email)
  const sealed = seal(app.sealKey, seed.secret, seedPurpose(user.id))
  await app.db.transaction().execute(tx => store.setSeed(tx, user.id, sealed))
  return seed
}

async function confirmTotp(
  app: App,
  actor: Actor,
  { code }: Input<'confirmTotp'>,
  request: Request,
): Promise<{ recoveryCodes: string[] }> {
  const user = await secretsOf(app, actor)
  if (user.isTotpEnabled) throw new AppError('totp_enabled')
  if (!user.totpSeedSealed) throw new AppError('totp_not_begun')
  await guarded(app, user, async () => {
    if (!(await spendStep(app, app.db, user, code)))
      throw new AppError('wrong_totp_code', {
        issues: [{ path: 'code', message: 'not the code of now' }],
      })
  })
  const recoveryCodes = newRecoveryCodes()
  const hashes = recoveryCodes.map(each => hashRecoveryCode(user.id, each))
  await app.db.transaction().execute(async tx => {
    await store.enableTotp(tx, user.id, hashes)
    await audit(tx, actor, request, {
      operation: 'account.confirmTotp',
      target: user.email,
      before: { isTotpEnabled: false },
      after: { isTotpEnabled: true },
    })
  })
  return { recoveryCodes }
}

async function leaveTotp(
  app: App,
  actor: Actor,
  { password, code }: Input<'leaveTotp'>,
  request: Request,
): Promise<Account> {
  const user = await secretsOf(app, actor)
  if (!user.isTotpEnabled) throw new AppError('totp_not_begun')
  await checkPassword(app, user, password)
  await guarded(app, user, () => spendCode(app, app.db, user, code))
  return app.db.transaction().execute(async tx => {
    await store.setSeed(tx, user.id, undefined)
    await audit(tx, actor, request, {
      operation: 'account.leaveTotp',
      target: user.email,
      before: { isTotpEnabled: true },
      after: { isTotpEnabled: false },
    })
    return accountOf(tx, actor)
  })
}
