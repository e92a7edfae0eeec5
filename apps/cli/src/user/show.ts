import { type UserDetails, userApi } from '@capstan/contract/user'
import type { Api } from '../api.ts'
import { findUser } from '../find.ts'
import { print, properties } from '../output.ts'

/** `user show`. */
export async function showUser(
  api: Api,
  wanted: string,
  { json = false }: { json?: boolean },
): Promise<void> {
  const { id } = await findUser(api.call, wanted)
  printUser(api, await api.call(userApi.show, { id }), json)
}

/** The user that the API has just answered with. */
export const printUser = (api: Api, user: UserDetails, isJson: boolean): void =>
  print(isJson ? api.lastAnswer() : describe(user))

const describe = (user: UserDetails): string =>
  properties([
    ['E-mail', user.email],
    ['Name', user.name],
    ['Full name', user.fullName],
    ['Description', user.description],
    ['Id', user.id],
    ['Role', user.role],
    ['Status', user.status],
    ['Domain', user.domainName],
    ['Projects', user.projects.map(({ name }) => name).join(', ')],
    ['User policy', user.policy],
    ['Main access key', user.mainAccessKey],
    ['Keypairs', user.keypairCount],
    ['Live sessions', user.liveSessionCount],
    ['Password change required', yesNo(user.isPasswordChangeRequired)],
    ['Sudo in sessions', yesNo(user.isSudoEnabled)],
    ['Two-factor', yesNo(user.isTotpEnabled)],
    ['Created', user.createdAt],
    ['Changed', user.modifiedAt],
  ])

const yesNo = (value: boolean): string => (value ? 'yes' : 'no')
