import type { Call } from '@capstan/contract/client'
import { schedulerApi } from '@capstan/contract/scheduler'
import { type Session, sessionApi, type SessionDetails } from '@capstan/contract/session'
import type * as z from 'zod'
import { openApi } from '../api.ts'
import { age, describeReason, describeSlots, print, properties, say, table } from '../output.ts'
import { sessionId } from './find.ts'

export interface ListOptions {
  readonly all?: boolean
  readonly status?: string[]
  readonly type?: string[]
  readonly name?: string
  readonly user?: string
  readonly limit: number
  readonly cursor?: string
  readonly json?: boolean
}

/** `session list`: live ones, newest first. */
export async function listSessions(options: ListOptions): Promise<void> {
  const api = openApi()
  const { items, nextCursor } = await api.call(sessionApi.list, {
    state: options.all || options.status ? 'any' : 'live',
    sort: '-createdAt',
    limit: options.limit,
    ...(options.cursor !== undefined && { cursor: options.cursor }),
    ...(options.status && { status: options.status }),
    ...(options.type && { type: options.type }),
    ...(options.name !== undefined && { name: options.name }),
    ...(options.user !== undefined && { userEmail: options.user }),
  })
  if (options.json) return print(api.lastAnswer())
  print(
    table(
      ['NAME', 'STATUS', 'TYPE', 'IMAGE', 'RESOURCES', 'AGE', 'USER'],
      items.map(session => [
        session.name,
        describeStatus(session),
        session.type,
        session.image.reference,
        describeResources(session),
        age(session.createdAt),
        session.userEmail,
      ]),
    ),
  )
  if (nextCursor !== null) say(`There are more: add --cursor ${nextCursor}`)
}

/** Of a session of several containers, what each of them gets. */
export const describeResources = ({
  resources,
  clusterSize,
}: Pick<Session, 'resources' | 'clusterSize'>): string =>
  `${clusterSize > 1 ? `${clusterSize} × ` : ''}${describeSlots(resources)}`

const describeStatus = ({ status, isNodeLost, result }: Session): string => {
  if (isNodeLost) return `${status} (node lost)`
  return status === 'terminated' && result !== 'undefined' ? `${status} (${result})` : status
}

/** `session show`. */
export async function showSession(name: string, { json }: { json?: boolean }): Promise<void> {
  const api = openApi()
  const session = await api.call(sessionApi.show, { id: await sessionId(api.call, name) })
  if (json) return print(api.lastAnswer())
  print(describeSession(session, await findOutlook(api.call, session)))
}

type Outlook = z.output<typeof schedulerApi.showOutlook.output>['outlook']

/** Where a session stands that waits. */
async function findOutlook(call: Call, { id, status }: SessionDetails): Promise<Outlook> {
  return status === 'pending' ? (await call(schedulerApi.showOutlook, { id })).outlook : null
}

const describeSession = (session: SessionDetails, outlook: Outlook): string =>
  [
    properties([
      ['Name', session.name],
      ['Id', session.id],
      ['Status', describeStatus(session)],
      ['Reason', describeReason(session.reason)],
      ['Position', outlook && `${outlook.position} of ${outlook.waitingCount}`],
      ['Expected', outlook && (outlook.startsNext ? 'next' : outlook.expectedAt)],
      ['Exit code', session.exitCode],
      ['Type', session.type],
      ['Image', session.image.reference],
      ['Resources', describeResources(session)],
      ['Cluster mode', session.clusterSize > 1 ? session.clusterMode : undefined],
      ['Priority', session.priority],
      ['Project', session.projectName],
      ['User', session.userEmail],
      ['Resource group', session.resourceGroup],
      ['Agents', session.agentIds.join(', ')],
      ['Command', session.startupCommand],
      ['Variables', session.environNames.join(', ')],
      ['Applications', session.apps.map(({ name }) => name).join(', ')],
      ['After', session.after.map(({ name, state }) => `${name} (${state})`).join(', ')],
      ['Created', session.createdAt],
      ['Started', session.startedAt],
      ['Ended', session.endedAt],
    ]),
    '',
    table(
      ['CONTAINER', 'STATUS', 'AGENT', 'EXIT CODE', 'PROGRESS'],
      session.kernels.map(kernel => [
        kernel.hostname,
        kernel.status,
        kernel.agentId,
        kernel.exitCode,
        kernel.progress?.message,
      ]),
    ),
    '',
    table(
      ['STATE', 'SINCE', 'REASON'],
      session.history.map(({ status, at, reason }) => [status, at, describeReason(reason)]),
    ),
  ].join('\n')
