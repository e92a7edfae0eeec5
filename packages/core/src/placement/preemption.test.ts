import fc from 'fast-check'
import { expect, test } from 'vitest'
import { agent, demand, idle, planned } from '../../test-data/turn.ts'
import { type Coming, Turns } from '../../test-data/turns.ts'
import type { Running } from '../placement.ts'

const agents = ['a', 'b'].map(id => {
  const one = agent(id)
  return { ...one, devices: one.devices.map(device => ({ ...device, free: 0 })) }
})
const runs = (
  sessionId: string,
  agentId: string,
  given: Partial<Running> & { cpu?: number } = {},
): Running => {
  const { cpu = 2000, ...rest } = given
  return {
    ...idle,
    sessionId,
    isPreemptible: true,
    kernels: [{ agentId, devices: [{ deviceId: 'cpu', slot: 'cpu', amount: cpu }] }],
    ...rest,
  }
}
const urgent = (cpu: number) => demand({ cpu }, { priority: 20 })
const preempting = { sequencer: 'priority', mayPreempt: true, agents, now: 0 } as const

test('as few and as young sessions of lower priority as make room are ended, and only where the group allows it', () => {
  const running = [
    runs('old', 'a', { startedAt: 1 }),
    runs('young', 'a', { startedAt: 3 }),
    runs('half', 'b', { startedAt: 5, cpu: 1000 }),
    runs('other', 'b', { startedAt: 6, cpu: 1000 }),
  ]
  const first = urgent(2000)
  const { victims, waiting, placed } = planned({ ...preempting, running, queue: [first] })
  expect(placed).toEqual([])
  expect(victims).toEqual([{ sessionId: 'young', forSessionId: first.sessionId }])
  expect(waiting[0]?.reason).toMatchObject({
    code: 'preempting',
    message:
      'needs 2 cores on one agent; the most that is free is 0 cores; 1 session of lower priority is ended to make room for it',
    data: { victims: ['young'] },
  })
  for (const off of [{ mayPreempt: false }, { sequencer: 'fifo' as const }])
    expect(planned({ ...preempting, ...off, running, queue: [urgent(2000)] }).victims).toEqual([])
})

test('nobody is ended who did not agree, is as urgent, or whose end would not make room', () => {
  const victims = (running: Running[], cpu = 2000) =>
    planned({ ...preempting, running, queue: [urgent(cpu)] }).victims
  expect(victims([runs('x', 'a', { isPreemptible: false })])).toEqual([])
  expect(victims([runs('x', 'a', { priority: 20 })])).toEqual([])
  expect(victims([runs('x', 'a'), runs('y', 'b')], 3000)).toEqual([])
  expect(victims([runs('x', 'a'), runs('y', 'a')], 3000)).toHaveLength(2)
})

test('what is ending already is waited for: nobody is ended twice for the same room, and no lesser one takes it', () => {
  const running = [runs('x', 'a', { isEnding: true, cpu: 1000 }), runs('y', 'b')]
  const freed = agents.map(one => ({
    ...one,
    devices: one.devices.map(device => (one.id === 'a' ? { ...device, free: 1000 } : device)),
  }))
  const { victims, placed, waiting } = planned({
    ...preempting,
    agents: freed,
    running,
    retriesToSkip: 0,
    queue: [urgent(2000), demand({ cpu: 1000 })],
  })
  expect([victims, placed]).toEqual([[], []])
  expect(waiting.map(one => one.reason.code)).toEqual(['reserved', 'behind_reserved'])
})

test('all containers of a session find room by what is ended, or nobody is', () => {
  const kernels = [0, 1].map(kernelIndex => ({ kernelIndex, amounts: { cpu: 2000 } }))
  const victims = (running: Running[]) =>
    planned({ ...preempting, running, queue: [demand({}, { kernels, priority: 20 })] }).victims
  expect(victims([runs('x', 'a'), runs('y', 'b')])).toHaveLength(2)
  expect(victims([runs('x', 'a')])).toEqual([])
})

test('only lesser ones are ended, each once, and it comes to rest: nobody goes round in circles', () => {
  const any = fc.record({
    cpus: fc.array(fc.integer({ min: 500, max: 4000 }), { minLength: 2, maxLength: 8 }),
    priorities: fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 2, maxLength: 5 }),
    selector: fc.constantFrom('dispersed', 'concentrated', 'balanced'),
  })
  fc.assert(
    fc.property(any, ({ cpus, priorities, selector }) => {
      const nodes = [agent('a'), agent('b')]
      const turns = new Turns(nodes, { selector, sequencer: 'priority', mayPreempt: true }, false)
      const priorityOf = new Map<string, number>()
      for (let at = 0; at < 16; at++) {
        const coming = cpus.map((cpu, i): Coming => {
          const priority = priorities[(at + i) % priorities.length]!
          const one = demand({ cpu }, { priority, enqueuedAt: turns.now })
          priorityOf.set(one.sessionId, priority)
          return { demand: one, runsMs: 1e9 }
        })
        const running = new Map(turns.live.map(one => [one.sessionId, one]))
        const { victims } = turns.turn(1000, at < 3 ? coming : [])
        for (const { sessionId, forSessionId } of victims) {
          expect(running.get(sessionId)).toMatchObject({ isPreemptible: true, isEnding: false })
          expect(priorityOf.get(sessionId)).toBeLessThan(priorityOf.get(forSessionId)!)
        }
        expect(new Set(victims.map(one => one.sessionId)).size).toBe(victims.length)
        // Nobody has come for ten turns.
        if (at > 12) expect(victims).toEqual([])
      }
    }),
    { numRuns: 60 },
  )
})
