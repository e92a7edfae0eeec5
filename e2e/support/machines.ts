import { api } from '@capstan/contract/api'
import type { Call } from '@capstan/contract/client'
import { type Fleet, type FleetOptions, startFleet } from '@capstan/testkit/fleet'
import { tinyImage } from '@capstan/testkit/node'
import { until } from '@capstan/testkit/system'
import { test as base, uniqueName } from './test.ts'

/** What sessions on these machines are started from: only they have it. */
export const fakeImage = { ...tinyImage, reference: 'capstan/fake:1' }

type Wanted = Partial<Omit<FleetOptions, 'manager' | 'joinToken' | 'image'>> & {
  readonly ids: readonly string[]
}

export interface Machines {
  /** A resource group of their own. */
  readonly group: string
  /** Adds machines to the cluster and waits until they are there: everything about them is real but their containers. */
  readonly add: (wanted: Wanted) => Promise<Fleet>
}

export async function addMachines(url: string, call: Call, wanted: Wanted): Promise<Fleet> {
  const { token } = await call(api.joinToken.create, {
    role: 'agent',
    description: 'machines of a test',
    lifetimeS: 3600,
  })
  const fleet = startFleet({ manager: url, joinToken: token, image: fakeImage, ...wanted })
  await until(
    'the machines are connected',
    async () => {
      const { items } = await call(api.agent.list, { status: ['connected'], limit: 200 })
      return wanted.ids.every(id => items.some(agent => agent.id === id))
    },
    { patienceMs: 30_000 },
  )
  return fleet
}

/** Tests with machines of their own, in a resource group of their own; both are gone from the cluster's work afterwards. */
export const test = base.extend<{ readonly machines: Machines }>({
  machines: async ({ url, call }, use) => {
    const group = uniqueName('group')
    await call(api.group.create, { name: group })
    const fleets: Fleet[] = []
    await use({
      group,
      add: async wanted => {
        const fleet = await addMachines(url, call, { resourceGroup: group, ...wanted })
        fleets.push(fleet)
        return fleet
      },
    })
    const { items } = await call(api.session.list, { state: 'live', resourceGroup: group })
    if (items.length > 0)
      await call(api.session.terminate, { ids: items.map(({ id }) => id), force: true })
    await Promise.all(fleets.map(fleet => fleet.stop()))
    await call(api.group.update, { name: group, isActive: false })
  },
})
