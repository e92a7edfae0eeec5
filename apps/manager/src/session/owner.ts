import { AppError, type ErrorCode } from '@capstan/contract/errors'
import { may } from '@capstan/core/access'
import { whyNotAdminister } from '@capstan/core/administer'
import { findPersonByEmail, type Identity } from '../account/identity.store.ts'
import type { App } from '../app.ts'
import { type Actor, type Person, person, scopeOf } from '../http/actor.ts'

/** Whose session it is to be, with what they may see: under their keypair, policy and projects it runs. */
export type Owner = Pick<
  Person,
  'userId' | 'email' | 'domainId' | 'accessKey' | 'isSudoEnabled' | 'scope'
>

const refuse = (code: ErrorCode, why: string): AppError =>
  new AppError(code, { detail: why, issues: [{ path: 'owner', message: why }] })

/**
 * SES-01: who asks, or the user whom an administrator names by e-mail. An administrator of a domain names those whom they
 * administer; others are answered as if they did not exist.
 */
export async function findOwner(app: App, actor: Actor, email: string | undefined): Promise<Owner> {
  const asker = person(actor)
  if (email === undefined || email.toLowerCase() === asker.email.toLowerCase()) return asker
  if (!may(asker.role, 'session.create_for'))
    throw refuse('forbidden', 'only administrators ask for sessions of others')
  const found = await findPersonByEmail(app.db, email)
  if (!found || !isWithin(asker, found))
    throw refuse('user_not_found', `there is no user ${email} whom you administer`)
  const whyNot = whyNotAdminister(asker.role, found.role)
  if (whyNot !== null) throw refuse('forbidden', whyNot)
  if (found.status !== 'active' || !found.isKeypairActive)
    throw refuse('user_not_active', `the account of ${email}, or its main keypair, is not active`)
  return { ...found, scope: scopeOf(found.role, found.userId, found.domainId) }
}

const isWithin = ({ scope }: Person, { domainId }: Identity): boolean =>
  scope.reach === 'all' || scope.domainId === domainId
