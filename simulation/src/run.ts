import { Rest } from './check/rest.ts'
import type { Mutation } from './mutations.ts'
import { rules as realRules, type Rules } from './rules.ts'
import { type Violation, World } from './world.ts'

export interface Outcome {
  readonly seed: number
  readonly events: number
  readonly virtualMs: number
  readonly violation: Violation | undefined
  /** The last events, oldest first. */
  readonly notes: readonly string[]
}

/** Steps between two looks at whether all has come to rest. */
const lookEvery = 50

/**
 * Runs one seed: so many events of storm, then calm until everything has come to rest. The same seed, number and rules give
 * the same run, step by step.
 */
export function runSeed(seed: number, stormEvents: number, rules: Rules = realRules): Outcome {
  const world = new World(seed, rules)
  const { agenda, checks } = world
  world.start()
  while (agenda.count < stormEvents && !world.violation && agenda.step()) checks.ledger.check()
  if (!world.violation) world.calm()
  const rest = new Rest(world)
  for (let i = 1; !world.violation; i++) {
    agenda.step()
    checks.ledger.check()
    if (i % lookEvery === 0 && rest.isReached()) break
  }
  const { violation, notes } = world
  return { seed, events: agenda.count, virtualMs: agenda.now, violation, notes }
}

/** Runs seeds with a broken rule until one finds it, or so many events have gone by. */
export function findMutation(
  { rules }: Mutation,
  { stormEvents, mostEvents }: { stormEvents: number; mostEvents: number },
): { events: number; outcome: Outcome | undefined } {
  let events = 0
  for (let seed = 1; events < mostEvents; seed++) {
    const outcome = runSeed(seed, stormEvents, rules)
    events += outcome.events
    if (outcome.violation) return { events, outcome }
  }
  return { events, outcome: undefined }
}
