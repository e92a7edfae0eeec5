import type { Reason } from '@capstan/contract/session'
import type { Demand } from '../placement.ts'
import { type Amounts, describeAmount } from '../slots.ts'
import type { Fleet, RuledOut } from './fleet.ts'

/** It would fit, but on agents that somebody before it waits for. */
export const explainBehind = (head: Demand): Reason => ({
  code: 'behind',
  message: 'It waits for an earlier session that needs the same agents',
  data: { sessionId: head.sessionId },
})

const nodes = (count: number): string => `${count} ${count === 1 ? 'agent' : 'agents'}`

const ruledOutBy: Readonly<Record<RuledOut, string>> = {
  architecture: 'by architecture',
  runtime: 'for want of the runtime',
  image: 'for want of the image',
}

/** Why a session fits nowhere now, with figures. Total: every session that was not placed gets one. */
export function explainShortage(demand: Demand, fleet: Fleet): Reason {
  if (fleet.agents.length === 0)
    return {
      code: 'no_agents',
      message: 'No agent of this resource group is connected and takes new sessions',
    }
  const ruledOut: Record<string, number> = {}
  const left: number[] = []
  for (let agent = 0; agent < fleet.agents.length; agent++) {
    const why = fleet.ruledOut(agent, demand)
    if (why === undefined) left.push(agent)
    else ruledOut[why] = (ruledOut[why] ?? 0) + 1
  }
  if (left.length === 0) return noneLeft(demand, ruledOut)
  return shortage(demand, fleet, left, ruledOut)
}

function noneLeft(demand: Demand, ruledOut: Record<string, number>): Reason {
  const data = { ruledOut }
  if (ruledOut['image'] !== undefined)
    return {
      code: 'image_not_installed',
      message: 'No agent of this resource group has the image',
      data,
    }
  if (ruledOut['runtime'] !== undefined)
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

interface Lack {
  readonly slot: string
  readonly needed: number
  readonly best: number
  readonly bestAgentId: string
}

function shortage(
  demand: Demand,
  fleet: Fleet,
  left: readonly number[],
  ruledOut: Record<string, number>,
): Reason {
  const amounts: Amounts = demand.kernels[0]?.amounts ?? {}
  const lacks = Object.entries(amounts).map(([slot, needed]): Lack => {
    let best = left[0]!
    for (const agent of left)
      if (fleet.available(agent, slot) > fleet.available(best, slot)) best = agent
    return { slot, needed, best: fleet.available(best, slot), bestAgentId: fleet.agents[best]!.id }
  })
  const short = lacks.filter(lack => lack.best < lack.needed)
  const others = Object.entries(ruledOut).map(
    ([why, count]) => `${nodes(count)} ruled out ${ruledOutBy[why as RuledOut]}`,
  )
  const parts = short.length > 0 ? short.map(describeLack) : [togetherMessage(demand, lacks)]
  return {
    code: 'insufficient_resources',
    message: [...parts, ...others].join('; '),
    data: { short, ruledOut, agents: left.length },
  }
}

const describeLack = ({ slot, needed, best, bestAgentId }: Lack): string =>
  `needs ${describeAmount(slot, needed)} on one agent; the most that is free is ${describeAmount(slot, best)}, on ${bestAgentId}`

/** Each slot alone is to be had somewhere, all of them together are not. */
function togetherMessage(demand: Demand, lacks: readonly Lack[]): string {
  const all = lacks.map(({ slot, needed }) => describeAmount(slot, needed)).join(', ')
  return demand.kernels.length > 1
    ? `needs ${demand.kernels.length} containers of ${all} at the same time; there is not room for all of them`
    : `needs ${all} on one agent; no agent has all of it free at once`
}
