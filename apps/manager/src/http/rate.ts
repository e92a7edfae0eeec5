import { AppError } from '@capstan/contract/errors'
import type { Context } from 'hono'
import type { App } from '../app.ts'

/** Length of the window that limits are over, in seconds. */
const windowS = 900

/**
 * Lets a request made on behalf of a keypair through, and says in the answer's headers what is left (KEY-08). Fails where
 * nothing is.
 */
export async function spendRequest(app: App, context: Context, accessKey: string): Promise<void> {
  const { isAdmitted, most, remaining, resetS } = await app.admission(accessKey)
  context.header('ratelimit-policy', `"keypair";q=${most};w=${windowS}`)
  context.header('ratelimit', `"keypair";r=${remaining};t=${resetS}`)
  context.header('x-ratelimit-limit', String(most))
  context.header('x-ratelimit-remaining', String(remaining))
  context.header('x-ratelimit-window', String(windowS))
  if (isAdmitted) return
  throw new AppError('rate_limited', {
    detail: `Keypair ${accessKey} may make ${most} requests in 15 minutes, and has: try again in ${resetS} s`,
    retryAfterS: resetS,
  })
}
