import fc from 'fast-check'
import { expect, test } from 'vitest'
import { agent, anySnapshot, demand } from '../../test-data/turn.ts'
import { plan } from '../placement.ts'

test('SCH-10 no device gives more than it has, a share is never split, whatever is asked', () => {
  fc.assert(
    fc.property(anySnapshot, snapshot => {
      const given = new Map<string, number>()
      for (const { kernels } of plan(snapshot).placed)
        for (const { agentId, devices } of kernels) {
          expect(
            devices.filter(device => device.slot === 'cuda.shares').length,
          ).toBeLessThanOrEqual(1)
          for (const { deviceId, amount } of devices)
            given.set(`${agentId}/${deviceId}`, (given.get(`${agentId}/${deviceId}`) ?? 0) + amount)
        }
      for (const { id, devices } of snapshot.agents)
        for (const device of devices)
          expect(given.get(`${id}/${device.id}`) ?? 0).toBeLessThanOrEqual(device.free)
    }),
  )
})

test('every session is placed with all its kernels and amounts, or waits with a reason and a position; the same each time', () => {
  fc.assert(
    fc.property(anySnapshot, snapshot => {
      const { placed, waiting, victims } = plan(snapshot)
      expect([...placed, ...waiting].map(one => one.sessionId).sort()).toEqual(
        snapshot.queue.map(one => one.sessionId).sort(),
      )
      for (const { sessionId, kernels } of placed) {
        const asked = snapshot.queue.find(one => one.sessionId === sessionId)!.kernels
        expect(kernels).toHaveLength(asked.length)
        for (const [i, kernel] of kernels.entries()) {
          const sums: Record<string, number> = {}
          for (const { slot, amount } of kernel.devices) sums[slot] = (sums[slot] ?? 0) + amount
          expect(sums).toEqual(asked[i]!.amounts)
        }
      }
      expect(waiting.every(one => one.reason.message !== '')).toBe(true)
      expect(waiting.map(one => one.position)).toEqual(waiting.map((_, i) => i + 1))
      expect(plan(snapshot)).toEqual({ placed, waiting, victims })
    }),
  )
})

/** Of owner, priority and amounts only: nothing else tells these apart. */
const anyAsk = fc.record({
  cpu: fc.constantFrom(500, 1500, 3000),
  gpus: fc.integer({ min: 0, max: 2 }),
  priority: fc.integer({ min: 8, max: 10 }),
  ownerId: fc.constantFrom('A', 'B'),
  skips: fc.integer({ min: 0, max: 4 }),
})

test('SCH-03 whatever the scheduler and the selector, nobody is placed while one of the same size waits whose turn is before', () => {
  const any = fc.record({
    asks: fc.array(anyAsk, { maxLength: 30 }),
    cpus: fc.array(fc.integer({ min: 1000, max: 6000 }), { minLength: 1, maxLength: 4 }),
    sequencer: fc.constantFrom('fifo', 'lifo', 'drf', 'fair-share', 'priority'),
    selector: fc.constantFrom('dispersed', 'concentrated', 'balanced'),
    retriesToSkip: fc.integer({ min: 0, max: 3 }),
  })
  fc.assert(
    fc.property(any, ({ asks, cpus, sequencer, selector, retriesToSkip }) => {
      const queue = asks.map(({ cpu, gpus, ...given }) =>
        demand({ cpu, ...(gpus > 0 && { 'cuda.device': gpus }) }, given),
      )
      const agents = cpus.map((cpu, index) => agent(`a${index}`, { cpu, gpus: 3 }))
      const accounts = new Map()
      const { placed } = plan({ agents, queue, sequencer, selector, retriesToSkip, accounts })
      const isPlaced = new Set(placed.map(({ sessionId }) => sessionId))
      const isByOwner = sequencer === 'drf' || sequencer === 'fair-share'
      const alike = Map.groupBy(queue, ({ ownerId, kernels }) =>
        JSON.stringify([isByOwner && ownerId, kernels]),
      )
      for (const group of alike.values()) {
        const later = sequencer === 'lifo' ? -1 : 1
        const ordered = group.toSorted(
          (a, b) => b.priority - a.priority || later * (a.enqueuedAt - b.enqueuedAt),
        )
        const started = ordered.map(one => isPlaced.has(one.sessionId))
        expect(started).toEqual(started.toSorted((a, b) => Number(b) - Number(a)))
      }
    }),
  )
})
