import type { Reason } from '@capstan/contract/session'
import type { Demand } from '../placement.ts'
import { describeAmount } from '../slots.ts'
import { type Fleet, isShared, wholeDevice } from './fleet.ts'
import type { Pool, RuledOut } from './pool.ts'
import type { Need, Shape } from './shapes.ts'

/** It would fit, but on agents that somebody before it waits for. */
export const explainBehind = (head: Pick<Demand, 'sessionId'>): Reason => ({
  code: 'behind',
  message: 'It waits for an earlier session that needs the same agents',
  data: { sessionId: head.sessionId },
})

const nodes = (count: number): string => `${count} ${count === 1 ? 'agent' : 'agents'}`

const ruledOutBy: Readonly<Record<RuledOut, string>> = {
  architecture: 'by architecture',
  runtime: 'for want of the runtime',
  image: 'for want of the image',
  model: 'by the model of their accelerators',
}

/** Why a session fits nowhere now, with figures. Total: every session that was not placed gets one. */
export function explainShortage(
  demand: Pick<Demand, 'architecture' | 'runtime'>,
  shape: Shape,
  fleet: Fleet,
  pool: Pool,
): Reason {
  if (fleet.size === 0)
    return {
      code: 'no_agents',
      message: 'No agent of this resource group is connected and takes new sessions',
    }
  return pool.size === 0 ? noneLeft(demand, pool.ruledOut) : shortage(shape, fleet, pool)
}

function noneLeft(
  demand: Pick<Demand, 'architecture' | 'runtime'>,
  ruledOut: Pool['ruledOut'],
): Reason {
  const data = { ruledOut }
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

interface Lack {
  readonly slot: string
  readonly needed: number
  readonly best: number
  readonly bestAgentId: string | null
}

function shortage(shape: Shape, fleet: Fleet, pool: Pool): Reason {
  const { need } = shape.parts[0]!
  const lacks = Object.entries(need.asked).map(([slot, needed]) =>
    lackOf(fleet, pool, need, slot, needed),
  )
  const short = lacks.filter(lack => lack.best < lack.needed)
  const others = Object.entries(pool.ruledOut).map(
    ([why, count]) => `${nodes(count)} ruled out ${ruledOutBy[why as RuledOut]}`,
  )
  const parts = short.length > 0 ? short.map(describeLack) : [togetherMessage(shape, lacks)]
  return {
    code: 'insufficient_resources',
    message: [...parts, ...others].join('; '),
    data: { short, ruledOut: pool.ruledOut, agents: pool.size },
  }
}

/** How much of a slot is needed on one agent, and the most that any has. */
function lackOf(fleet: Fleet, pool: Pool, need: Need, slot: string, needed: number): Lack {
  const index = fleet.slotIndex.get(slot)
  if (index === undefined) return { slot, needed, best: 0, bestAgentId: null }
  const isWhole = isShared(slot) && needed >= wholeDevice
  const column = isWhole ? fleet.wholeColumn[index]! : index
  const agent = pool.most(column)
  const room = agent === -1 ? 0 : fleet.room[agent * fleet.columns + column]!
  // Of several shares on one agent the largest counts here; that they do not fit together is told otherwise.
  const at = need.columns.indexOf(column)
  return {
    slot,
    needed: at === -1 || isWhole ? needed : need.amounts[at]!,
    best: isWhole ? room * wholeDevice : room,
    bestAgentId: room > 0 ? fleet.agents[agent]!.id : null,
  }
}

const describeLack = ({ slot, needed, best, bestAgentId }: Lack): string =>
  `needs ${describeAmount(slot, needed)} on one agent; the most that is free is ${describeAmount(slot, best)}${bestAgentId === null ? '' : `, on ${bestAgentId}`}`

/** Each slot alone is to be had somewhere, all of them together are not. */
function togetherMessage({ kernelCount, parts }: Shape, lacks: readonly Lack[]): string {
  const all = lacks.map(({ slot, needed }) => describeAmount(slot, needed)).join(', ')
  return kernelCount > 1 && parts.length > 1
    ? `needs ${kernelCount} containers of ${all} at the same time; there is not room for all of them`
    : `needs ${all} on one agent; no agent has all of it free at once`
}
