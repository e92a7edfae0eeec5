import { type Call, createClient } from '@capstan/contract/client'
import { AppError } from '@capstan/contract/errors'
import { pause } from '@capstan/runtime/retry'
import { signedApiVersion, signRequest } from '@capstan/runtime/signing'
import { say } from './output.ts'
import { type Profile, readProfile } from './profile.ts'

export interface Api {
  readonly profile: Profile
  readonly call: Call
  /** Body of the last answer, as the server sent it. */
  readonly lastAnswer: () => string
}

/** Headers that sign a request with the profile's keypair. */
export const signedHeaders = (
  profile: Profile,
  { method, target }: { method: string; target: string },
): Record<string, string> =>
  signRequest({
    method,
    target,
    host: new URL(profile.endpoint).host,
    date: new Date().toISOString(),
    contentType: 'application/json',
    version: signedApiVersion,
    accessKey: profile.accessKey,
    secretKey: profile.secretKey,
  })

/** The API as the signed-in user. */
export function openApi(profile: Profile = readProfile()): Api {
  let answer = ''
  const call = createClient({
    baseUrl: profile.endpoint,
    headers: request => signedHeaders(profile, request),
    fetch: async (url, init) => {
      const response = await reach(url, init)
      answer = await response.clone().text()
      return response
    },
  })
  return { profile, call, lastAnswer: () => answer }
}

/**
 * The same calls for work that makes very many: where the keypair has made as many requests as it may, they wait as long as the
 * server asks, which is told once. Aborting ends the wait with the refusal.
 */
export function patient(call: Call, signal: AbortSignal = new AbortController().signal): Call {
  let wait: Promise<void> | undefined
  const rest = (seconds: number): Promise<void> => {
    if (!wait) say(`As many requests as the keypair may make: waiting ${seconds} s`)
    wait ??= pause(seconds * 1000, signal).finally(() => {
      wait = undefined
    })
    return wait
  }
  return async (endpoint, input, options) => {
    for (;;)
      try {
        return await call(endpoint, input, options)
      } catch (error) {
        const isLimited = error instanceof AppError && error.code === 'rate_limited'
        if (!isLimited || signal.aborted) throw error
        await rest(error.options.retryAfterS ?? 10)
      }
  }
}

/** Fetch whose failure says which server could not be reached, and why. */
export async function reach(url: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, init)
  } catch (error) {
    if (init.signal?.aborted) throw error
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
    const why = cause instanceof Error ? cause.message || cause.name : String(cause)
    throw new Error(`cannot reach ${new URL(url).origin}: ${why}`, { cause: error })
  }
}
