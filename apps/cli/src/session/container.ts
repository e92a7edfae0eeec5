import { accountApi } from '@capstan/contract/account'
import type { Call } from '@capstan/contract/client'
import { type Image, imageApi } from '@capstan/contract/image'
import type { Slots } from '@capstan/contract/slots'
import { type User, userApi } from '@capstan/contract/user'
import { findUser, isId } from '../find.ts'
import type { ContainerOptions } from './options.ts'

/** What the API is asked for a container with: names become ids. */
export async function readContainer(call: Call, options: ContainerOptions) {
  const owner = options.owner === undefined ? undefined : await findUser(call, options.owner)
  const [imageId, projectId] = await Promise.all([
    findImage(call, options.image).then(image => image.id),
    findProject(call, options.project, owner),
  ])
  return {
    imageId,
    projectId,
    resourceGroup: options.group,
    resources: resourcesOf(options),
    environ: options.env ?? {},
    ...(owner && { owner: owner.email }),
    ...(options.shmem !== undefined && { shmemBytes: options.shmem }),
    ...(options.priority !== undefined && { priority: options.priority }),
    ...(options.preemptible === true && { isPreemptible: true }),
  }
}

/** Whole GPUs are devices; a fraction is a share of one. */
function resourcesOf({ cpu, mem, gpu = 0, slot = {} }: ContainerOptions): Slots {
  const gpuSlot = Number.isInteger(gpu) ? 'cuda.device' : 'cuda.shares'
  return { cpu, mem, ...(gpu > 0 && { [gpuSlot]: gpu }), ...slot }
}

async function findImage(call: Call, wanted: string): Promise<Pick<Image, 'id'>> {
  if (isId(wanted)) return { id: wanted }
  const { items } = await call(imageApi.list, { reference: wanted, limit: 200 })
  const exact = items.find(image => image.reference === wanted)
  if (exact) return exact
  if (items.length === 1) return items[0]!
  if (items.length === 0) throw new Error(`there is no image like ${wanted}: see "image list"`)
  throw new Error(
    ['several images are like that; name one:', ...items.map(i => `  ${i.reference}`)].join('\n'),
  )
}

/** Among those of whom it is for: the first, or that of the name. */
async function findProject(
  call: Call,
  wanted: string | undefined,
  owner: User | undefined,
): Promise<string> {
  if (wanted !== undefined && isId(wanted)) return wanted
  const { projects } = owner
    ? await call(userApi.show, { id: owner.id })
    : await call(accountApi.show, {})
  const who = owner ? `${owner.email} is` : 'you are'
  const found =
    wanted === undefined
      ? projects.find(({ type }) => type === 'general')
      : projects.find(({ name }) => name === wanted)
  if (found) return found.id
  throw new Error(
    wanted === undefined
      ? `${who} in no project${owner ? '' : ': ask an administrator'}`
      : `${who} in no project called ${wanted}, only in ${projects.map(({ name }) => name).join(', ')}`,
  )
}
