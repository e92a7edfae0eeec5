import { randomBytes } from 'node:crypto'
import { type ClusterMode, sessionApi, type SessionDetails } from '@capstan/contract/session'
import { type Api, openApi } from '../api.ts'
import { print, say } from '../output.ts'
import { readContainer } from './container.ts'
import type { ContainerOptions } from './options.ts'
import { shellLine } from './values.ts'
import { waitForSession } from './wait.ts'

export interface CreateOptions extends ContainerOptions {
  readonly name?: string
  readonly type?: 'interactive' | 'batch'
  readonly startsAt?: string
  readonly after?: string[]
  readonly clusterSize?: number
  readonly clusterMode?: ClusterMode
  readonly count?: number
  readonly agent?: string[]
  readonly wait?: boolean
  readonly json?: boolean
}

/** `session create`: the words after `--` are what a batch session runs, or an interactive one beside its shell. */
export async function createSession(
  command: readonly string[],
  options: CreateOptions,
): Promise<void> {
  const api = openApi()
  const { call } = api
  const asked = {
    ...(await readContainer(call, options)),
    name: options.name ?? `session-${randomBytes(3).toString('hex')}`,
    type: options.type ?? (command.length > 0 ? ('batch' as const) : ('interactive' as const)),
    ...(options.agent && { agentIds: options.agent }),
    ...(options.startsAt !== undefined && { startsAt: options.startsAt }),
    ...(options.clusterSize !== undefined && { clusterSize: options.clusterSize }),
    ...(options.clusterMode && { clusterMode: options.clusterMode }),
    ...(options.after && { after: options.after }),
    ...(command.length > 0 && { startupCommand: shellLine(command) }),
  }
  if (options.count !== undefined) {
    const { items } = await call(sessionApi.createMany, { ...asked, count: options.count })
    return print(options.json ? api.lastAnswer() : items.map(({ name }) => name).join('\n'))
  }
  const session = await call(sessionApi.create, asked)
  const created = api.lastAnswer()
  for (const notice of session.notices) say(notice)
  if (!options.wait) return print(options.json ? created : session.name)
  say(`${session.name} (${session.id})`)
  await waitAndTell(api, session, options.json ?? false)
}

async function waitAndTell(api: Api, session: SessionDetails, isJson: boolean): Promise<void> {
  const last = await waitForSession(api, session, status => say(status))
  print(isJson ? api.lastAnswer() : last.name)
  const isGood = last.type === 'batch' ? last.result === 'success' : last.status === 'running'
  if (!isGood) process.exitCode = 1
}
