import { api } from '@capstan/contract/api'
import type { Call } from '@capstan/contract/client'
import type { Device } from '@capstan/contract/agent'
import { fakeImage } from './machines.ts'
import { firstProject } from './people.ts'

const GiB = 2 ** 30

export interface Example {
  readonly name: string
  readonly resources: Readonly<Record<string, number>>
  readonly owner?: string
  readonly priority?: number
  readonly isPreemptible?: boolean
}

/** GPUs of one machine, given out whole or in shares. */
export const exampleGpus = (
  count: number,
  slot: 'cuda.device' | 'cuda.shares',
): Omit<Device, 'memBytes' | 'linkGroup' | 'shareStep'>[] =>
  Array.from({ length: count }, (_, index) => ({
    id: `GPU-${index}`,
    kind: 'cuda',
    model: 'NVIDIA H100',
    slot,
    capacity: 1,
    numaNode: null,
  }))

/** Asks for them one after the other; answers their ids. */
export async function askFor(
  call: Call,
  resourceGroup: string,
  examples: readonly Example[],
): Promise<string[]> {
  const { projects } = await call(api.account.show, {})
  const { items } = await call(api.image.list, {})
  const project = projects.find(({ name }) => name === firstProject)
  const image = items.find(({ reference }) => reference === fakeImage.reference)
  if (!project || !image) throw new Error('there is no project or image for the examples')
  const ids: string[] = []
  for (const { resources, ...given } of examples) {
    const { id } = await call(api.session.create, {
      projectId: project.id,
      imageId: image.id,
      resourceGroup,
      resources: { cpu: 1, mem: 4 * GiB, ...resources },
      ...given,
    })
    ids.push(id)
  }
  return ids
}

export async function endAllOf(call: Call, resourceGroup: string): Promise<void> {
  const { items } = await call(api.session.list, { state: 'live', resourceGroup, limit: 200 })
  if (items.length > 0)
    await call(api.session.terminate, { ids: items.map(({ id }) => id), force: true })
}
