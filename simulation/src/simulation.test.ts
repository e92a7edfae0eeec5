import { expect, test, vi } from 'vitest'
import { findMutation, runSeed } from './run.ts'
import { mutations } from './mutations.ts'

vi.setConfig({ testTimeout: 120_000 })

/** The seeds of a short run; `npm run simulate` takes many more. */
const seeds = Array.from({ length: 12 }, (_, i) => i + 1)
const stormEvents = 5000

test('SCH-10 SES-06 SES-08 AGT-06 whatever dies, is lost, doubled, late or lied about, what must be true stays true, and all comes to rest', () => {
  for (const seed of seeds) {
    const { violation, events, notes } = runSeed(seed, stormEvents)
    expect(violation, `seed ${seed} of ${stormEvents} events\n${notes.join('\n')}`).toBeUndefined()
    expect(events).toBeGreaterThan(stormEvents)
  }
})

test('a seed replays step by step', () => {
  expect(runSeed(7, stormEvents)).toEqual(runSeed(7, stormEvents))
})

/** Those that many events are needed to find are left to `npm run simulate -- --mutations`. */
const quick = new Set([
  'capacity is checked one unit too late',
  'what a kernel holds is freed when it is told to stop',
  'what an ended kernel held is never freed',
  'a late report is believed',
  'an agent may speak for others',
  'a session of several containers is placed in part',
  'limits are not counted within a turn',
  'the latest of equals starts first',
  'a share is split over two devices',
  'an engine makes a second container of the same name',
  'a container that has run is started again',
  'wanted containers are removed by a look',
  'a session that waits too long for room is forgotten',
  'a session does not wait for others',
  'one that was ended before its time counts as one that ended well',
  'who waits for one that failed waits for ever',
  'a start time is not waited for',
  'containers of one node go to several',
  'a main container that is left alone goes on',
])

test.for(mutations.filter(({ name }) => quick.has(name)))(
  'the simulation finds it when a rule is broken: $name',
  mutation => {
    const { outcome, events } = findMutation(mutation, { stormEvents, mostEvents: 300_000 })
    expect(outcome?.violation).toBeDefined()
    expect(events).toBeLessThanOrEqual(320_000)
  },
)

test('every mutation of the short run is there', () => {
  expect(mutations.filter(({ name }) => quick.has(name))).toHaveLength(quick.size)
})
