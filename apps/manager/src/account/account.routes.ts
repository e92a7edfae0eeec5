import { randomBytes } from 'node:crypto'
import { type Account, accountApi } from '@capstan/contract/account'
import { AppError } from '@capstan/contract/errors'
import type { HttpApp } from '@capstan/runtime/http'
import type * as z from 'zod'
import type { App } from '../app.ts'
import { hashSecret, unseal } from '../db/seal.ts'
import { type Actor, person } from '../http/actor.ts'
import {
  browserSessionS,
  readSessionCookie,
  refuseOtherOrigin,
  setSessionCookie,
} from '../http/cookie.ts'
import { spendRequest } from '../http/rate.ts'
import { mount, type Request } from '../http/mount.ts'
import * as store from './account.store.ts'
import { type Attempt, attempted } from './failures.ts'
import { isPassword, nobodysHash } from './password.ts'
import { type Secrets, spendCode } from './two-factor.ts'

type Input<V extends keyof typeof accountApi> = z.output<(typeof accountApi)[V]['input']>

export function accountRoutes(http: HttpApp, app: App): void {
  mount(http, app, accountApi.signIn, signIn)
  mount(http, app, accountApi.signOut, signOut)
  mount(http, app, accountApi.show, show)
  mount(http, app, accountApi.mainKeypair, mainKeypair)
}

async function signIn(
  app: App,
  _: Actor,
  { email, password, code }: Input<'signIn'>,
  { context }: Request,
): Promise<Account> {
  refuseOtherOrigin(context)
  const user = await attempted(app, hashSecret(email.toLowerCase()), attempt =>
    proven(app, { email, password, code }, attempt),
  )
  if (user.mainAccessKey !== null) await spendRequest(app, context, user.mainAccessKey)
  const secret = randomBytes(32).toString('base64url')
  const expiresAt = new Date(app.now().getTime() + browserSessionS * 1000)
  await store.insertBrowserSession(app.db, { hash: hashSecret(secret), userId: user.id, expiresAt })
  setSessionCookie(context, secret, browserSessionS)
  app.log.info({ userId: user.id }, 'signed_in')
  return account(app, user.id)
}

/** The account that belongs to e-mail and password, and to the code where it takes one. */
async function proven(
  app: App,
  { email, password, code }: Input<'signIn'>,
  attempt: Attempt,
): Promise<Secrets> {
  const user = await store.findByEmail(app.db, email)
  const isRight = await isPassword(user?.passwordHash ?? (await nobodysHash()), password)
  if (!user || !isRight) throw new AppError('wrong_credentials')
  // ACC-04: said only to those who know the password.
  if (user.status !== 'active') {
    await attempt.takeBack()
    throw new AppError('account_not_active', {
      detail: `This account is ${user.status}: ask an administrator`,
    })
  }
  if (user.isTotpEnabled) {
    if (code === undefined) await attempt.takeBack()
    await askCode(app, user, code)
  }
  await attempt.forget()
  return user
}

/** ACC-05: after the password, a code. Said only to those who know the password. */
async function askCode(app: App, user: Secrets, code: string | undefined): Promise<void> {
  if (code === undefined)
    throw new AppError('totp_required', {
      issues: [{ path: 'code', message: 'the code that your authenticator shows' }],
    })
  await spendCode(app, app.db, user, code)
}

async function signOut(
  app: App,
  _actor: Actor,
  _input: object,
  { context }: Request,
): Promise<Record<string, never>> {
  refuseOtherOrigin(context)
  const cookie = readSessionCookie(context)
  if (cookie !== undefined) await store.removeBrowserSession(app.db, hashSecret(cookie))
  setSessionCookie(context, '', 0)
  return {}
}

const show = (app: App, actor: Actor): Promise<Account> => account(app, person(actor).userId)

async function account(app: App, userId: string): Promise<Account> {
  const found = await store.findAccount(app.db, userId)
  if (!found) throw new AppError('unauthenticated')
  return found
}

async function mainKeypair(
  app: App,
  actor: Actor,
): Promise<{ accessKey: string; secretKey: string }> {
  const found = await store.findMainKeypair(app.db, person(actor).userId)
  if (!found) throw new AppError('unauthenticated', { detail: 'This account has no keypair' })
  const secretKey = unseal(app.sealKey, found.secretKeySealed, `keypair:${found.accessKey}`)
  return { accessKey: found.accessKey, secretKey }
}
