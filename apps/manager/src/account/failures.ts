import { AppError } from '@capstan/contract/errors'
import { signInWaitS } from '@capstan/core/sign-in'
import type { App } from '../app.ts'
import { hashSecret } from '../db/seal.ts'
import * as store from './account.store.ts'
import { isPassword } from './password.ts'
import type { Secrets } from './two-factor.ts'

export interface Attempt {
  /** It was right, and the one who made it has proved all there is to prove: earlier failures are forgotten. */
  readonly forget: () => Promise<void>
  /** It was no wrong guess: the failures are what they were before. */
  readonly takeBack: () => Promise<void>
}

/**
 * ACC-01: whoever failed often waits before another try is looked at. An attempt counts as failed until it is known to be
 * none, so that of many guesses made at once no more are looked at than of the same ones made in turn.
 */
export async function attempted<T>(
  app: App,
  emailHash: Buffer,
  check: (attempt: Attempt) => Promise<T>,
): Promise<T> {
  const now = app.now()
  const before = await app.db.transaction().execute(async tx => {
    const failures = await store.lockFailures(tx, emailHash, now)
    const waitS = signInWaitS(failures, now)
    if (waitS > 0)
      throw new AppError('too_many_attempts', {
        detail: `Try again in ${waitS} s`,
        retryAfterS: waitS,
      })
    await store.setFailures(tx, emailHash, { count: failures.count + 1, lastAt: now })
    return failures
  })
  const takeBack = () => store.uncountFailure(app.db, emailHash, before)
  try {
    return await check({ forget: () => store.forgetFailures(app.db, emailHash), takeBack })
  } catch (error) {
    // What broke on our side says nothing of the guess.
    if (!(error instanceof AppError)) await takeBack()
    throw error
  }
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
export const guarded = (app: App, user: Secrets, check: () => Promise<void>): Promise<void> =>
  attempted(app, hashSecret(user.email.toLowerCase()), async attempt => {
    await check()
    await attempt.takeBack()
  })
