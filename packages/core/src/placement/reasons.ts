import type { Reason } from '@capstan/contract/session'
import type { Demand } from '../placement.ts'
import { describeAmount } from '../slots.ts'
import { freeSince } from './checks.ts'
import type { Members } from './members.ts'
import type { RuledOut } from './ruled-out.ts'
import type { Shape } from './shapes.ts'

/** There is nobody to place anything on. */
export const noAgents: Reason = {
  code: 'no_agents',
  message: 'No agent of this resource group is connected and takes new sessions',
}

/** How much of a slot is needed on one agent, and the most that any has; in smallest units. */
export interface Lack {
  readonly slot: string
  readonly needed: number
  readonly best: number
  readonly bestAgentId: string | null
}

/** It would fit, but on agents that somebody before it waits for. */
export const explainBehind = (head: Pick<Demand, 'sessionId'>): Reason => ({
  code: 'behind',
  message: 'It waits for an earlier session that needs the same agents',
  data: { sessionId: head.sessionId },
})

const iso = (at: number): string => new Date(at).toISOString()

/** It would fit, but on agents that are kept for one which has waited too long, and would not end before that one starts. */
export function explainReservedFor({ demand, startsAt, agentIds }: Kept): Reason {
  const when = startsAt === null ? 'when what runs there has ended' : `at ${iso(startsAt)}`
  return {
    code: 'behind_reserved',
    message: `It would delay a session that has waited since ${iso(freeSince(demand) ?? demand.enqueuedAt)} and is to start on ${agentIds.join(', ')} ${when}`,
    data: {
      sessionId: demand.sessionId,
      agentIds,
      startsAt: startsAt === null ? null : iso(startsAt),
    },
  }
}

/** It has been passed over for too long: agents are kept for it. */
export function explainReservation(shortage: Reason, { startsAt, agentIds }: Kept): Reason {
  const when =
    startsAt === null
      ? 'it starts there when enough of what runs has ended'
      : `it starts there at ${iso(startsAt)} at the latest`
  return {
    code: 'reserved',
    message: `${shortage.message}; ${agentIds.join(', ')} ${agentIds.length === 1 ? 'is' : 'are'} kept for it: ${when}`,
    data: { ...shortage.data, agentIds, startsAt: startsAt === null ? null : iso(startsAt) },
  }
}

/** Others are told to end for it. */
export function explainPreemption(shortage: Reason, victims: readonly string[]): Reason {
  return {
    code: 'preempting',
    message: `${shortage.message}; ${victims.length} ${victims.length === 1 ? 'session' : 'sessions'} of lower priority ${victims.length === 1 ? 'is' : 'are'} ended to make room for it`,
    data: { ...shortage.data, victims },
  }
}

/** For whom agents are kept, which, and from when on they have room; null: not known. */
interface Kept {
  readonly demand: Pick<Demand, 'sessionId' | 'enqueuedAt' | 'waitsSince'>
  readonly agentIds: readonly string[]
  readonly startsAt: number | null
}

const nodes = (count: number): string => `${count} ${count === 1 ? 'agent' : 'agents'}`

const ruledOutBy: Readonly<Record<RuledOut, string>> = {
  designation: 'by the agents that were asked for',
  architecture: 'by architecture',
  runtime: 'for want of the runtime',
  image: 'for want of the image',
  model: 'by the model of their accelerators',
}

/** No agent at all will do. */
export function explainNoAgent(
  demand: Pick<Demand, 'architecture' | 'runtime'>,
  ruledOut: Members['ruledOut'],
): Reason {
  const data = { ruledOut }
  if (Object.keys(ruledOut).join() === 'designation')
    return {
      code: 'no_designated_agent',
      message: 'None of the agents asked for is connected and takes new sessions',
      data,
    }
  if (ruledOut.model !== undefined)
    return {
      code: 'wrong_model',
      message: 'No agent of this resource group has an accelerator of a model that will do',
      data,
    }
  if (ruledOut.image !== undefined)
    return {
      code: 'image_not_installed',
      message: 'No agent of this resource group has the image',
      data,
    }
  if (ruledOut.runtime !== undefined)
    return {
      code: 'wrong_runtime',
      message: `No agent of this resource group runs ${demand.runtime === 'docker' ? 'containers' : 'local processes'}`,
      data,
    }
  return {
    code: 'wrong_architecture',
    message: `No agent of this resource group is ${demand.architecture}`,
    data,
  }
}

/** What is lacked on every agent, or what is not to be had together; and who is ruled out. */
export const describeShortage = (parts: readonly string[], ruledOut: Members['ruledOut']): string =>
  [
    ...parts,
    ...Object.entries(ruledOut).map(
      ([why, count]) => `${nodes(count)} ruled out ${ruledOutBy[why as RuledOut]}`,
    ),
  ].join('; ')

export const describeLack = ({ slot, needed, best, bestAgentId }: Lack): string =>
  `needs ${describeAmount(slot, needed)} on one agent; the most that is free is ${describeAmount(slot, best)}${bestAgentId === null ? '' : `, on ${bestAgentId}`}`

/** Each slot alone is to be had somewhere, all of them together are not. */
export function describeTogether({ kernels, parts }: Shape, amounts: readonly string[]): string {
  const all = amounts.join(', ')
  return kernels.length > 1 && parts.length > 1
    ? `needs ${kernels.length} containers of ${all} at the same time; there is not room for all of them`
    : `needs ${all} on one agent; no agent has all of it free at once`
}
