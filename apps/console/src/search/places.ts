import type { Permission } from '@capstan/contract/permission'
import type { SearchHit } from '@capstan/contract/search'
import { unreachable } from '@capstan/core/unreachable'
import type { NavigateOptions } from '@tanstack/react-router'

type May = (permission: Permission) => boolean

/** Lists show what is active unless asked for the others. */
const stateOf = ({ isActive }: Pick<SearchHit, 'isActive'>) =>
  isActive ? {} : { state: 'inactive' as const }

/** Where something that was found is opened, for somebody who may do these things. */
export function placeOf(hit: Omit<SearchHit, 'match'>, may: May): NavigateOptions {
  const { kind, id } = hit
  switch (kind) {
    case 'session':
      return {
        to: '/sessions/$sessionId',
        params: { sessionId: id },
        search: hit.isActive ? {} : { state: 'ended' },
      }
    case 'service':
      return {
        to: '/services/$serviceId',
        params: { serviceId: id },
        search: hit.isActive ? {} : { state: 'ended' },
      }
    case 'user':
      return { to: '/users/$userId', params: { userId: id }, search: stateOf(hit) }
    case 'keypair':
      return { to: '/credentials/$accessKey', params: { accessKey: id }, search: stateOf(hit) }
    case 'project':
      // Who does not administer it works in it.
      return may('project.update')
        ? { to: '/projects/$projectId', params: { projectId: id }, search: stateOf(hit) }
        : { to: '/sessions', search: { project: id } }
    case 'domain':
      return { to: '/domains/$name', params: { name: id }, search: stateOf(hit) }
    case 'keypairPolicy':
      return { to: '/policies/$kind/$name', params: { kind: 'keypair', name: id } }
    case 'userPolicy':
      return { to: '/policies/$kind/$name', params: { kind: 'user', name: id } }
    case 'projectPolicy':
      return { to: '/policies/$kind/$name', params: { kind: 'project', name: id } }
    case 'group':
      return { to: '/resource-groups/$name', params: { name: id }, search: stateOf(hit) }
    case 'image':
      return { to: '/sessions', search: { image: hit.name } }
    case 'agent':
      return { to: '/agents/$agentId', params: { agentId: id } }
    default:
      return unreachable(kind)
  }
}
