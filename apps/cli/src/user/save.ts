import type { Call } from '@capstan/contract/client'
import { projectApi } from '@capstan/contract/project'
import { userApi } from '@capstan/contract/user'
import type * as z from 'zod'
import { accountApi } from '@capstan/contract/account'
import type { Api } from '../api.ts'
import { collect, findUser } from '../find.ts'
import { print, say } from '../output.ts'
import { gatherWords } from '../values.ts'
import { choosePassword, type PasswordOptions } from './password.ts'
import { printUser } from './show.ts'

interface SaveOptions extends PasswordOptions {
  readonly projects?: string
  readonly json?: boolean
}

type NewUser = Omit<z.input<typeof userApi.create.input>, 'password' | 'projectIds'>

/** `user create`. */
export async function createUser(api: Api, user: NewUser, options: SaveOptions): Promise<void> {
  const { json = false, projects } = options
  const domainName = user.domainName ?? (await api.call(accountApi.show, {})).domainName
  const projectIds =
    projects === undefined ? undefined : await projectsOf(api.call, domainName, projects)
  const chosen = await choosePassword(options)
  const made = await api.call(userApi.create, {
    ...user,
    password: chosen.password,
    ...(chosen.isGenerated && { isPasswordChangeRequired: true }),
    ...(projectIds && { projectIds }),
  })
  printUser(api, made, json)
  if (chosen.isGenerated) printPassword(made.email, chosen.password, json)
}

type Changes = Omit<z.input<typeof userApi.update.input>, 'id' | 'password' | 'projectIds'>

/** `user update`. */
export async function updateUser(
  api: Api,
  wanted: string,
  changes: Changes,
  options: SaveOptions & { readonly password?: boolean },
): Promise<void> {
  const { json = false, projects } = options
  const { id, ...before } = await findUser(api.call, wanted)
  const domainName = changes.domainName ?? before.domainName
  const projectIds =
    projects === undefined ? undefined : await projectsOf(api.call, domainName, projects)
  const isAsked = options.password ?? options.passwordFile ?? options.generatePassword
  const chosen = isAsked === undefined ? undefined : await choosePassword(options)
  if (!chosen && !projectIds && Object.keys(changes).length === 0)
    throw new Error('nothing to change was given: see "capstan user update --help"')
  const user = await api.call(userApi.update, {
    id,
    ...(chosen?.isGenerated && { isPasswordChangeRequired: true }),
    ...changes,
    ...(chosen && { password: chosen.password }),
    ...(projectIds && { projectIds }),
  })
  printUser(api, user, json)
  if (chosen?.isGenerated) printPassword(user.email, chosen.password, json)
}

/** Beside the answer of the API, which stays as it is, it is for people to see. */
function printPassword(email: string, password: string, isJson: boolean): void {
  if (isJson) return say(`One-time password of ${email}: ${password}`)
  print(`One-time password  ${password}`)
  say('It is not shown again, and has to be changed when they sign in.')
}

/** Ids of the projects of a domain with these names. */
async function projectsOf(call: Call, domainName: string, text: string): Promise<string[]> {
  const names = gatherWords(text)
  if (names.length === 0) return []
  const all = (await collect(call, projectApi.list, { domainName })).filter(
    project => project.domainName === domainName,
  )
  return names.map(name => {
    const project = all.find(candidate => candidate.name.toLowerCase() === name.toLowerCase())
    if (!project) throw new Error(`--projects: there is no project ${name} in domain ${domainName}`)
    return project.id
  })
}
