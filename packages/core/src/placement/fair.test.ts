import fc from 'fast-check'
import { expect, test } from 'vitest'
import { agent, demand, planned } from '../../test-data/turn.ts'

/** Capacity of each slot; a task is at most a fiftieth of it, so that tasks come near to being divisible. */
const capacity = { cpu: 1000, mem: 1000 }
const anyOwners = fc.array(
  fc.record({
    cpu: fc.integer({ min: 1, max: 20 }),
    mem: fc.integer({ min: 1, max: 20 }),
    weight: fc.integer({ min: 1, max: 4 }),
  }),
  { minLength: 2, maxLength: 5 },
)
type Task = { readonly cpu: number; readonly mem: number }

const dominant = ({ cpu, mem }: Task): number => Math.max(cpu, mem) / 1000

/** How many tasks DRF gives to each owner, all of whom want more than there is. */
function fill(owners: readonly (Task & { readonly weight: number })[]): number[] {
  const queue = owners.flatMap(({ cpu, mem }, owner) =>
    Array.from({ length: 1000 / Math.max(cpu, mem) + 1 }, () =>
      demand({ cpu, mem }, { ownerId: String(owner), skips: 3 }),
    ),
  )
  const ownerOf = new Map(queue.map(one => [one.sessionId, Number(one.ownerId)]))
  const { placed } = planned({
    agents: [agent('a', capacity)],
    queue,
    sequencer: 'drf',
    owners: new Map(owners.map(({ weight }, i) => [String(i), { weight, held: {}, pastUse: {} }])),
  })
  const counts = owners.map(() => 0)
  for (const { sessionId } of placed) counts[ownerOf.get(sessionId)!]!++
  return counts
}

test('SCH-03 DRF: nobody has less than their part of the cluster by weight would give them (sharing incentive)', () => {
  fc.assert(
    fc.property(anyOwners, owners => {
      const counts = fill(owners)
      const largest = Math.max(...owners.map(dominant))
      const weights = owners.reduce((sum, one) => sum + one.weight, 0)
      for (const [i, owner] of owners.entries()) {
        // When an owner's next task does not fit, some slot is full but for one task, and nobody is ahead by more than one.
        const rounding = largest * (1 + owners.length)
        const due = (owner.weight / weights) * (1 - rounding)
        expect(counts[i]! * dominant(owner)).toBeGreaterThanOrEqual(due - 1e-9)
      }
    }),
  )
})

test('SCH-03 DRF: nobody of equal weight could run more with what another was given (envy-freeness)', () => {
  fc.assert(
    fc.property(anyOwners, given => {
      const owners = given.map(one => ({ ...one, weight: 1 }))
      const counts = fill(owners)
      const largest = Math.max(...owners.map(dominant))
      for (const [i, own] of owners.entries())
        for (const [j, other] of owners.entries()) {
          const cpu = (counts[j]! * other.cpu) / own.cpu
          const mem = (counts[j]! * other.mem) / own.mem
          // The other may be one task ahead, and go on in what is too little for one of one's own.
          const rounding = largest / dominant(own) + 1
          expect(Math.min(cpu, mem)).toBeLessThanOrEqual(counts[i]! + rounding + 1e-9)
        }
    }),
  )
})
