import { AppError } from '@capstan/contract/errors'
import {
  isSignedWith,
  parseSignedDate,
  readAuthorization,
  signedDateToleranceMs,
} from '@capstan/runtime/signing'
import type { Context } from 'hono'
import { findBrowserSession, findSigner, type Identity } from '../account/identity.store.ts'
import type { App } from '../app.ts'
import { hashSecret, unseal } from '../db/seal.ts'
import { type Actor, type Person, scopeOf } from './actor.ts'
import { spendRequest } from './rate.ts'
import { readSessionCookie, refuseOtherOrigin } from './cookie.ts'

/** Who makes a request: a machine by its token, a client by its signature, a browser by its cookie, or nobody. */
export async function authenticate(app: App, context: Context): Promise<Actor> {
  const authorization = context.req.header('authorization')
  if (authorization !== undefined) {
    const token = /^Bearer\s+([\w-]{20,200})$/i.exec(authorization)?.[1]
    return token === undefined ? signer(app, context, authorization) : machineOf(app, token)
  }
  const cookie = readSessionCookie(context)
  if (cookie === undefined) return { kind: 'anonymous', role: 'anonymous' }
  const identity = await findBrowserSession(app.db, hashSecret(cookie), app.now())
  if (!identity) return { kind: 'anonymous', role: 'anonymous' }
  refuseOtherOrigin(context)
  return admitted(app, context, personOf(identity))
}

/** Whether the one who made a request that is still open might make it again, with the same rights. Is not counted. */
export async function isStillSignedIn(
  app: App,
  context: Context,
  { role, accessKey }: Person,
): Promise<boolean> {
  const given = readAuthorization(context.req.header('authorization') ?? '')
  const cookie = readSessionCookie(context)
  const identity = given
    ? await findSigner(app.db, given.accessKey)
    : cookie !== undefined && (await findBrowserSession(app.db, hashSecret(cookie), app.now()))
  if (!identity) return false
  const isSame = identity.role === role && identity.accessKey === accessKey
  return isSame && identity.status === 'active' && identity.isKeypairActive
}

/** Counts only requests of those who may make some: nobody uses up what is another's. */
async function admitted(app: App, context: Context, who: Person): Promise<Person> {
  await spendRequest(app, context, who.accessKey)
  return who
}

async function machineOf(app: App, token: string): Promise<Actor> {
  const machine = await app.findMachine(hashSecret(token))
  if (!machine) throw new AppError('unauthenticated', { detail: 'This token is not known here' })
  return { kind: 'machine', ...machine }
}

/** Unknown key and wrong signature answer alike, after the same work. */
async function signer(app: App, context: Context, authorization: string): Promise<Actor> {
  const given = readAuthorization(authorization)
  if (!given)
    throw new AppError('unauthenticated', {
      detail: 'The Authorization header is not of a form known here',
    })
  const date = context.req.header('date') ?? context.req.header('x-backendai-date') ?? ''
  const at = parseSignedDate(date)
  if (!at || Math.abs(at.getTime() - app.now().getTime()) > signedDateToleranceMs)
    throw new AppError('clock_skew')
  const found = await findSigner(app.db, given.accessKey)
  const secretKey = found
    ? unseal(app.sealKey, found.secretKeySealed, `keypair:${given.accessKey}`)
    : ''
  const url = new URL(context.req.url)
  const isRight = isSignedWith(secretKey, given.signature, {
    method: context.req.method,
    target: url.pathname + url.search,
    host: context.req.header('host') ?? '',
    date,
    contentType: context.req.header('content-type') ?? '',
    version: context.req.header('x-backendai-version') ?? '',
  })
  if (!found || !isRight)
    throw new AppError('unauthenticated', { detail: 'The keypair or its signature is not right' })
  return admitted(app, context, personOf(found))
}

/** ACC-04, KEY-05: an account or a keypair that is not active may do nothing, and is told why. */
function personOf(identity: Identity): Person {
  if (identity.status !== 'active')
    throw new AppError('account_not_active', {
      detail: `This account is ${identity.status}: ask an administrator`,
    })
  if (!identity.isKeypairActive)
    throw new AppError('keypair_not_active', {
      detail: `Keypair ${identity.accessKey} is inactive: ask an administrator`,
    })
  const { role, userId, email, domainId, accessKey, isSudoEnabled } = identity
  return {
    kind: 'person',
    role,
    userId,
    email,
    domainId,
    accessKey,
    isSudoEnabled,
    scope: scopeOf(role, userId, domainId),
  }
}
