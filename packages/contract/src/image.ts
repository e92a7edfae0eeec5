import * as z from 'zod'
import { AgentId } from './agent.ts'
import { endpoint } from './endpoint.ts'
import { pageInput, pageOf, textFilter } from './paging.ts'
import { ImageApp } from './session.ts'
import { Slots } from './slots.ts'

export const Image = z.object({
  id: z.uuid(),
  /** Canonical name with tag, as the engine knows it. */
  reference: z.string(),
  architecture: z.string(),
  runtime: z.enum(['docker', 'process']),
  digest: z.string().nullable(),
  sizeBytes: z.number(),
  baseDistro: z.string().nullable(),
  minResources: Slots,
  apps: z.array(ImageApp),
  /** How many connected agents have it. */
  installedOn: z.int(),
})
export type Image = z.infer<typeof Image>

const list = endpoint({
  method: 'GET',
  path: '/images',
  summary: 'List the images that sessions can start from',
  permission: 'image.read',
  input: z.strictObject({
    ...pageInput(['reference', 'sizeBytes']),
    reference: textFilter,
    /** Only those that an agent of this group has. */
    resourceGroup: z.string().max(64).optional(),
  }),
  output: pageOf(Image),
  errors: [],
})

export const ImageTaskState = z.object({
  id: z.uuid(),
  kind: z.enum(['pull', 'build']),
  reference: z.string(),
  agentId: z.string(),
  status: z.enum(['waiting', 'running', 'done', 'failed', 'cancelled']),
  progress: z.number().describe('0 to 1'),
  message: z.string(),
  createdAt: z.iso.datetime(),
  endedAt: z.iso.datetime().nullable(),
})
export type ImageTaskState = z.infer<typeof ImageTaskState>

export const imageReferencePattern =
  /^[a-z0-9][a-z0-9.-]*(:[0-9]{1,5})?(\/[a-z0-9]+([._-]+[a-z0-9]+)*)*(:[A-Za-z0-9_][A-Za-z0-9._-]{0,127})?(@sha256:[0-9a-f]{64})?$/

const startTask = endpoint({
  method: 'POST',
  path: '/image-tasks',
  summary: 'Build the base session image on an agent, or pull an image there',
  permission: 'image.install',
  input: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('build'), agentId: AgentId.optional() }),
    z.strictObject({
      kind: z.literal('pull'),
      agentId: AgentId.optional(),
      reference: z.string().max(512).regex(imageReferencePattern, 'not an image name'),
    }),
  ]),
  output: ImageTaskState,
  errors: ['no_agent', 'agent_not_found'],
})

const listTasks = endpoint({
  method: 'GET',
  path: '/image-tasks',
  summary: 'Image builds and pulls of the last day, newest first',
  permission: 'image.install',
  input: z.strictObject({}),
  output: z.object({ items: z.array(ImageTaskState) }),
  errors: [],
})

const cancelTask = endpoint({
  method: 'DELETE',
  path: '/image-tasks/:id',
  summary: 'Give up an image build or pull',
  permission: 'image.install',
  input: z.strictObject({ id: z.uuid() }),
  output: ImageTaskState,
  errors: ['image_task_not_found'],
})

export const imageApi = { list, startTask, listTasks, cancelTask }
