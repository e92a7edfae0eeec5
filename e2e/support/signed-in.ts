import { accountApi } from '@capstan/contract/account'
import { type Call, createClient } from '@capstan/contract/client'
import { apiPrefix } from '@capstan/contract/endpoint'

interface Person {
  readonly email: string
  readonly password: string
}

/** The cookie that signing in answers, as `name=value`. */
export async function cookieOf(url: string, person: Person): Promise<string> {
  const answer = await fetch(url + apiPrefix + accountApi.signIn.path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(person),
  })
  const cookie = answer.headers.get('set-cookie')?.split(';')[0]
  if (!answer.ok || cookie === undefined)
    throw new Error(`cannot sign in: ${answer.status} ${await answer.text()}`)
  return cookie
}

/** Makes requests as this person: what a test prepares before it looks at the browser. */
export async function signedIn(url: string, person: Person): Promise<Call> {
  const cookie = await cookieOf(url, person)
  return createClient({ baseUrl: url, headers: () => ({ cookie }) })
}
