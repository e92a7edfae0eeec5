import { type Service, serviceApi, type ServiceDetails } from '@capstan/contract/service'
import { type Session, sessionApi } from '@capstan/contract/session'
import { openApi } from '../api.ts'
import { age, describeReason, describeSlots, print, properties, say, table } from '../output.ts'
import { serviceId } from './find.ts'

export interface ListServicesOptions {
  readonly all?: boolean
  readonly name?: string
  readonly user?: string
  readonly limit: number
  readonly cursor?: string
  readonly json?: boolean
}

/** `service list`. */
export async function listServices(options: ListServicesOptions): Promise<void> {
  const api = openApi()
  const { items, nextCursor } = await api.call(serviceApi.list, {
    state: options.all ? 'any' : 'live',
    limit: options.limit,
    ...(options.cursor !== undefined && { cursor: options.cursor }),
    ...(options.name !== undefined && { name: options.name }),
    ...(options.user !== undefined && { userEmail: options.user }),
  })
  if (options.json) return print(api.lastAnswer())
  print(
    table(
      ['NAME', 'REPLICAS', 'IMAGE', 'RESOURCES', 'AGE', 'USER', 'REASON'],
      items.map(service => [
        service.name,
        describeReplicas(service),
        service.image.reference,
        describeSlots(service.resources),
        age(service.createdAt),
        service.userEmail,
        describeReason(service.reason),
      ]),
    ),
  )
  if (nextCursor !== null) say(`There are more: add --cursor ${nextCursor}`)
}

const describeReplicas = ({ endedAt, runningCount, replicaCount }: Service): string =>
  endedAt === null ? `${runningCount} of ${replicaCount} running` : 'ended'

/** `service show`. */
export async function showService(name: string, { json }: { json?: boolean }): Promise<void> {
  const api = openApi()
  const id = await serviceId(api.call, name)
  const service = await api.call(serviceApi.show, { id })
  if (json) return print(api.lastAnswer())
  const { items, nextCursor } = await api.call(sessionApi.list, {
    serviceId: id,
    state: 'live',
    sort: 'createdAt',
    limit: 200,
  })
  print(describeService(service, items))
  if (nextCursor !== null) say(`There are more: see "session list --name ${service.name}-"`)
}

const describeService = (service: ServiceDetails, replicas: readonly Session[]): string =>
  [
    properties([
      ['Name', service.name],
      ['Id', service.id],
      ['Replicas', describeReplicas(service)],
      ['Reason', describeReason(service.reason)],
      ['Image', service.image.reference],
      ['Resources', describeSlots(service.resources)],
      ['Priority', service.priority],
      ['Project', service.projectName],
      ['User', service.userEmail],
      ['Resource group', service.resourceGroup],
      ['Command', service.startupCommand],
      ['Variables', service.environNames.join(', ')],
      ['Created', service.createdAt],
      ['Ended', service.endedAt],
    ]),
    '',
    table(
      ['REPLICA', 'STATUS', 'AGENT', 'AGE', 'REASON'],
      replicas.map(({ name, status, agentIds, createdAt, reason }) => [
        name,
        status,
        agentIds.join(', '),
        age(createdAt),
        describeReason(reason),
      ]),
    ),
  ].join('\n')
