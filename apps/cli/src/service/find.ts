import type { Call } from '@capstan/contract/client'
import { type Service, serviceApi } from '@capstan/contract/service'
import { isId } from '../find.ts'

/** The id that a name or an id stands for: of services of that name the live one, else the newest. */
export async function serviceId(call: Call, nameOrId: string): Promise<string> {
  if (isId(nameOrId)) return nameOrId
  const named = async (state: 'live' | 'ended'): Promise<Service[]> => {
    const { items } = await call(serviceApi.list, {
      name: nameOrId,
      state,
      sort: '-createdAt',
      limit: 200,
    })
    return items.filter(({ name }) => name === nameOrId)
  }
  const live = await named('live')
  if (live.length > 1)
    throw new Error(
      [
        `several services are called ${nameOrId}; give the id:`,
        ...live.map(({ id, userEmail }) => `  ${id}  ${userEmail}`),
      ].join('\n'),
    )
  const found = live[0] ?? (await named('ended'))[0]
  if (!found) throw new Error(`there is no service called ${nameOrId}`)
  return found.id
}
