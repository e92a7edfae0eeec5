import fc from 'fast-check'
import { expect, test } from 'vitest'
import { anySnapshot } from '../../test-data/turn.ts'
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
