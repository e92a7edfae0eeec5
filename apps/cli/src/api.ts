import { type Call, createClient } from '@capstan/contract/client'
import { signedApiVersion, signRequest } from '@capstan/runtime/signing'
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
