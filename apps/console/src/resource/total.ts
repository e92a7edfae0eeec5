import type { Agent } from '@capstan/contract/agent'
import type { Slots } from '@capstan/contract/slots'
import { toAmounts, toSlots } from '@capstan/core/slots'

type Has = Pick<Agent, 'capacity' | 'used'>

/** What agents have and give out together, without the errors of binary fractions. */
export const totalOf = (agents: readonly Has[]): Has => ({
  capacity: sumOf(agents.map(({ capacity }) => capacity)),
  used: sumOf(agents.map(({ used }) => used)),
})

function sumOf(all: readonly Slots[]): Slots {
  const sum: Record<string, number> = {}
  for (const slots of all)
    for (const [slot, amount] of Object.entries(toAmounts(slots)))
      sum[slot] = (sum[slot] ?? 0) + amount
  return toSlots(sum)
}
