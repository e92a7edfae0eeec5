import * as z from 'zod'
import { endpoint } from './endpoint.ts'
import { SessionType } from './session.ts'
import { Slots } from './slots.ts'

export const GroupName = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/,
    '1 to 64 letters, digits, dots, dashes and underscores; the first a letter or digit',
  )

export const ResourceGroup = z.object({
  name: z.string(),
  description: z.string(),
  isActive: z.boolean(),
  allowedSessionTypes: z.array(SessionType),
  scheduler: z.enum(['fifo', 'lifo', 'drf']),
  selector: z.enum(['dispersed', 'concentrated']),
  /** Over connected agents that take new sessions. */
  capacity: Slots,
  used: Slots,
  /** The most that one agent has in all, slot by slot: a single container cannot ask for more. */
  largestAgent: Slots,
  agentCount: z.int(),
  pendingCount: z.int(),
})
export type ResourceGroup = z.infer<typeof ResourceGroup>

const list = endpoint({
  method: 'GET',
  path: '/resource-groups',
  summary: 'List the resource groups that you may use, with what they have',
  permission: 'group.read',
  input: z.strictObject({}),
  output: z.object({ items: z.array(ResourceGroup) }),
  errors: [],
})

export const groupApi = { list }
