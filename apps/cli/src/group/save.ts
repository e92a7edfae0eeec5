import { groupApi, type GroupDetails, groupSettings } from '@capstan/contract/group'
import type * as z from 'zod'
import type { Api } from '../api.ts'
import { describeField } from '../describe.ts'
import { wordsOf } from '../field.ts'
import { findProject, findUser } from '../find.ts'
import { describeUse, print, properties } from '../output.ts'
import { readSecret } from '../secret.ts'
import { gatherWords } from '../values.ts'

interface JsonOption {
  readonly json?: boolean
}

/** What is given by names or by a file. */
export interface LookedUp {
  readonly weights?: string
  readonly allowedProjects?: string
  readonly proxyAddress?: string
  readonly proxyTokenFile?: string
}

export async function createGroup(
  api: Api,
  given: z.input<typeof groupApi.create.input>,
  options: LookedUp & JsonOption,
): Promise<void> {
  const group = await api.call(groupApi.create, { ...given, ...(await lookUp(api, options)) })
  printGroup(api, group, options)
}

export async function updateGroup(
  api: Api,
  given: z.input<typeof groupApi.update.input>,
  options: LookedUp & JsonOption,
): Promise<void> {
  const group = await api.call(groupApi.update, { ...given, ...(await lookUp(api, options)) })
  printGroup(api, group, options)
}

export async function showGroup(api: Api, name: string, options: JsonOption): Promise<void> {
  printGroup(api, await api.call(groupApi.show, { name }), options)
}

async function lookUp(
  api: Api,
  { weights, allowedProjects, proxyAddress, proxyTokenFile }: LookedUp,
) {
  return {
    ...(weights !== undefined && { weights: await readWeights(api, weights) }),
    ...(allowedProjects !== undefined && {
      allowedProjects: await Promise.all(
        gatherWords(allowedProjects).map(async name => (await findProject(api.call, name)).id),
      ),
    }),
    ...(proxyAddress !== undefined && {
      proxyAddress: proxyAddress === 'none' ? null : proxyAddress,
    }),
    ...(proxyTokenFile !== undefined && { proxyToken: await readSecret(proxyTokenFile) }),
  }
}

/** Weights of `ann@example.com=2,bob=0.5`, by user id. */
export const readWeights = (
  api: Api,
  text: string,
): Promise<{ userId: string; weight: number }[]> =>
  Promise.all(
    gatherWords(text).map(async pair => {
      const at = pair.lastIndexOf('=')
      const weight = Number(pair.slice(at + 1))
      if (at < 1 || !(weight > 0)) throw new Error(`a weight is USER=NUMBER, not ${pair}`)
      return { userId: (await findUser(api.call, pair.slice(0, at))).id, weight }
    }),
  )

/** Settings whose null is no limit missing, but another's value. */
const ofScheduler = new Set(['retriesToSkip', 'creationRetries'])

const describeSetting = (group: GroupDetails, name: keyof typeof groupSettings): string => {
  const value = group[name]
  return value === null && ofScheduler.has(name)
    ? 'as the scheduler’s defaults say'
    : describeField(name, value)
}

const printGroup = (api: Api, group: GroupDetails, { json }: JsonOption): void =>
  print(json ? api.lastAnswer() : describeGroup(group))

function describeGroup(group: GroupDetails): string {
  // The record's own keys.
  const settings = Object.keys(groupSettings) as (keyof typeof groupSettings)[]
  return properties([
    ['Name', group.name],
    ['Description', group.description],
    ['Status', group.isActive ? 'active' : 'inactive'],
    ['Public', group.isPublic ? 'yes' : 'no'],
    ...settings.map(name => [titled(wordsOf(name)), describeSetting(group, name)] as const),
    ['Weights', group.weights.map(one => `${one.userEmail}=${one.weight}`).join(', ')],
    ['Application proxy', group.proxyAddress],
    ['Agents', group.agentCount],
    ['Used', describeUse(group.used, group.capacity)],
    ['Waiting', group.pendingCount],
    ['Domains', group.access?.domains.join(', ')],
    ['Projects', group.access?.projects.map(one => `${one.domainName}/${one.name}`).join(', ')],
    ['Keypairs', group.access?.keypairs.map(({ accessKey }) => accessKey).join(', ')],
    ['Created', group.createdAt],
  ])
}

const titled = (words: string): string => words.charAt(0).toUpperCase() + words.slice(1)
