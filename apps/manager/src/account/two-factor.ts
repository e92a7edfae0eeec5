import { AppError } from '@capstan/contract/errors'
import type { App } from '../app.ts'
import type { Db } from '../db/db.ts'
import { unseal } from '../db/seal.ts'
import * as store from './account.store.ts'
import { hashRecoveryCode, stepOf } from './totp.ts'

export const seedPurpose = (userId: string): string => `totp:${userId}`

/** What is known of somebody who signs in or is asked for their password again. */
export type Secrets = store.SignInRow

/** Takes a code of the authenticator or a recovery code, once. Fails where it is not right, or was used before (ACC-05). */
export async function spendCode(app: App, db: Db, user: Secrets, code: string): Promise<void> {
  if (await spendStep(app, db, user, code)) return
  if (await store.removeRecoveryCode(db, user.id, hashRecoveryCode(user.id, code))) return
  throw new AppError('wrong_totp_code')
}

/** The same for the authenticator alone. False when the code is not right. */
export async function spendStep(
  app: App,
  db: Db,
  { id, totpSeedSealed, totpLastStep }: Secrets,
  code: string,
): Promise<boolean> {
  if (!totpSeedSealed) return false
  const secret = unseal(app.sealKey, totpSeedSealed, seedPurpose(id))
  const step = await stepOf(secret, code, { now: app.now(), lastStep: totpLastStep })
  // Of two who use the same code at once, the database lets one through.
  return step !== undefined && (await store.useStep(db, id, step))
}
