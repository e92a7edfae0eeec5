import { AppError } from '@capstan/contract/errors'
import { signInWaitS } from '@capstan/core/sign-in'
import type { App } from '../app.ts'
import { hashSecret } from '../db/seal.ts'
import { countFailure, findFailures } from './account.store.ts'
import { isPassword } from './password.ts'
import type { Secrets } from './two-factor.ts'

/** ACC-01: whoever failed often waits before another try is looked at. */
export async function refuseWhileWaiting(app: App, emailHash: Buffer): Promise<void> {
  const waitS = signInWaitS(await findFailures(app.db, emailHash), app.now())
  if (waitS === 0) return
  throw new AppError('too_many_attempts', { detail: `Try again in ${waitS} s`, retryAfterS: waitS })
}

/** Asks somebody who is signed in for their password again. Guesses are slowed down as those at the door are. */
export async function checkPassword(app: App, user: Secrets, password: string): Promise<void> {
  await guarded(app, user, async () => {
    if (!(await isPassword(user.passwordHash, password)))
      throw new AppError('wrong_password', {
        issues: [{ path: 'password', message: 'not the password that you have now' }],
      })
  })
}

/** A check that may be guessed at: refused while somebody waits, and counted when it fails. */
export async function guarded(app: App, user: Secrets, check: () => Promise<void>): Promise<void> {
  const emailHash = hashSecret(user.email.toLowerCase())
  await refuseWhileWaiting(app, emailHash)
  try {
    await check()
  } catch (error) {
    if (error instanceof AppError) await countFailure(app.db, emailHash, app.now())
    throw error
  }
}
