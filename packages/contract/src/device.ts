import * as z from 'zod'
import { AgentId, AgentStatus, Device } from './agent.ts'
import { endpoint } from './endpoint.ts'
import { GroupName } from './group.ts'
import { listOf, pageInput, pageOf } from './paging.ts'
import { deviceSorts } from './sorts.ts'

/** An accelerator of an agent, and to which sessions it is given out. */
export const GivenDevice = Device.extend({
  agentId: z.string(),
  /** In the unit of its slot, as its capacity: of all sessions together. */
  used: z.number(),
  /** The largest first. */
  given: z.array(
    z.object({
      amount: z.number(),
      /** Null: of somebody whom you do not administer. */
      session: z.object({ id: z.uuid(), name: z.string(), userEmail: z.string() }).nullable(),
    }),
  ),
})
export type GivenDevice = z.infer<typeof GivenDevice>

const list = endpoint({
  method: 'GET',
  path: '/devices',
  summary: 'List the accelerators of agents, with what of each is given out and to which sessions',
  permission: 'agent.read',
  input: z.strictObject({
    ...pageInput(deviceSorts),
    limit: z.coerce.number<number>().int().min(1).max(1000).default(200),
    agentId: AgentId.optional(),
    agentStatus: listOf(AgentStatus).optional(),
    resourceGroup: GroupName.optional(),
  }),
  output: pageOf(GivenDevice),
  errors: [],
})

export const deviceApi = { list }
