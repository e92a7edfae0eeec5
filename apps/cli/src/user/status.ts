import { userApi, type UserDetails } from '@capstan/contract/user'
import type { Api } from '../api.ts'
import { confirm } from '../confirm.ts'
import { eachOf } from '../each.ts'
import { findUser } from '../find.ts'
import { print, say } from '../output.ts'

export interface DeactivateOptions {
  readonly deactivateKeypairs?: boolean
  readonly endSessions?: boolean
  readonly yes?: boolean
  readonly json?: boolean
}

/** `user activate`. */
export async function activateUsers(
  api: Api,
  wanted: readonly string[],
  { json }: { json?: boolean },
): Promise<void> {
  await eachOf(wanted, async text => {
    const { id } = await findUser(api.call, text)
    const { email } = await api.call(userApi.update, { id, status: 'active' })
    print(json ? api.lastAnswer() : `${email}: active`)
  })
}

/** `user deactivate`: says what it hits, and asks first. */
export async function deactivateUsers(
  api: Api,
  wanted: readonly string[],
  { deactivateKeypairs = false, endSessions = false, yes, json }: DeactivateOptions,
): Promise<void> {
  const users: UserDetails[] = []
  await eachOf(wanted, async text => {
    const { id } = await findUser(api.call, text)
    users.push(await api.call(userApi.show, { id }))
  })
  if (users.length === 0) return
  const choices = { deactivateKeypairs, endSessions }
  for (const user of users) say(`${user.email}: ${effectOn(user, choices)}`)
  await confirm(
    `Deactivate ${users.length === 1 ? users[0]!.email : `${users.length} users`}?`,
    yes,
  )
  await eachOf(users, async ({ id }) => {
    const { email } = await api.call(userApi.update, { id, status: 'inactive', ...choices })
    print(json ? api.lastAnswer() : `${email}: inactive`)
  })
}

const effectOn = (
  { keypairCount, liveSessionCount }: UserDetails,
  { deactivateKeypairs, endSessions }: { deactivateKeypairs: boolean; endSessions: boolean },
): string => {
  const keypairs = `${keypairCount} ${keypairCount === 1 ? 'keypair' : 'keypairs'}`
  const sessions = `${liveSessionCount} live ${liveSessionCount === 1 ? 'session' : 'sessions'}`
  return `${keypairs} ${deactivateKeypairs ? 'become inactive too' : 'as before'}, ${sessions} ${endSessions ? 'to end' : 'to go on'}`
}
