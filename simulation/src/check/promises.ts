import { plus } from '@capstan/core/limits'
import type { Demand, Plan, Snapshot } from '@capstan/core/placement'
import type { Fail } from './ledger.ts'

type Amounts = Record<string, number>

/**
 * What a reservation tells is true: at that time, what runs and has not ended by then, with what this turn starts, leaves
 * room on the agents that are kept. By sums of whole slots; sessions of several containers are left out.
 */
export function checkPromises(snapshot: Snapshot, plan: Plan, fail: Fail): void {
  const demands = new Map(snapshot.queue.map(demand => [demand.sessionId, demand]))
  for (const { sessionId, reason, startsAt } of plan.waiting) {
    const demand = demands.get(sessionId)
    const agentIds = reason.data?.['agentIds']
    if (reason.code !== 'reserved' || startsAt === null || demand?.kernels.length !== 1) continue
    const agentId: unknown = Array.isArray(agentIds) ? agentIds[0] : undefined
    if (typeof agentId !== 'string') return fail('reservations', `${sessionId} is told no agent`)
    const left = leftAt(startsAt, agentId, { snapshot, plan, demands })
    for (const [slot, amount] of Object.entries(demand.kernels[0]!.amounts))
      if ((left[slot] ?? 0) < amount)
        fail('reservations', `${sessionId} finds ${left[slot]} of ${amount} ${slot} on ${agentId}`)
  }
}

interface Turn {
  readonly snapshot: Snapshot
  readonly plan: Plan
  readonly demands: ReadonlyMap<string, Demand>
}

/** What is free of each slot of an agent at a time, as far as is known. */
function leftAt(at: number, agentId: string, { snapshot, plan, demands }: Turn): Amounts {
  let left: Amounts = {}
  for (const { slot, free } of snapshot.agents.find(one => one.id === agentId)?.devices ?? [])
    left = plus(left, { [slot]: free })
  // Who is told in this turn to make room has ended as well.
  const victims = new Set(plan.victims.map(one => one.sessionId))
  for (const { sessionId, kernels, isEnding, endsAt } of snapshot.running ?? [])
    if (isEnding || victims.has(sessionId) || (endsAt !== null && endsAt <= at))
      for (const kernel of kernels)
        if (kernel.agentId === agentId) left = plus(left, given(kernel, 1))
  for (const { sessionId, kernels } of plan.placed) {
    const endsAt = demands.get(sessionId)?.endsAt ?? Infinity
    if (endsAt > at)
      for (const kernel of kernels)
        if (kernel.agentId === agentId) left = plus(left, given(kernel, -1))
  }
  return left
}

function given(
  {
    devices,
  }:
    | Plan['placed'][number]['kernels'][number]
    | NonNullable<Snapshot['running']>[number]['kernels'][number],
  sign: 1 | -1,
): Amounts {
  return devices.reduce<Amounts>(
    (sum, { slot, amount }) => plus(sum, { [slot]: sign * amount }),
    {},
  )
}
