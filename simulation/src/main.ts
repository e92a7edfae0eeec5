import { parseArgs } from 'node:util'
import { mutations } from './mutations.ts'
import { findMutation, type Outcome, runSeed } from './run.ts'

const usage = `usage: npm run simulate -- [--seeds N] [--events N] [--seed N] [--mutations] [--json]
  --seeds N      how many seeds to run, from 1 on (default 500)
  --events N     events of each seed before the storm is over (default 20000)
  --seed N       replay this one alone
  --mutations    break one rule after the other, and show that it is found
  --json         print the figures as JSON too`

interface Flags {
  readonly seed: number | undefined
  readonly seeds: number
  readonly events: number
  readonly mutations: boolean
  readonly json: boolean
}

function readFlags(): Flags {
  const { values } = parseArgs({
    options: {
      seed: { type: 'string' },
      seeds: { type: 'string', default: '500' },
      events: { type: 'string', default: '20000' },
      mutations: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
    },
  })
  return {
    ...values,
    seeds: whole(values.seeds),
    events: whole(values.events),
    seed: values.seed === undefined ? undefined : whole(values.seed),
  }
}

function whole(text: string): number {
  const value = Number(text)
  if (!Number.isSafeInteger(value) || value < 1)
    throw new Error(`${text} is not a whole number from 1 on`)
  return value
}

function tell({ seed, violation, notes }: Outcome, events: number): void {
  if (!violation) return
  console.log(notes.join('\n'))
  console.log(
    `\nseed ${seed} breaks “${violation.invariant}” at ${violation.atMs.toFixed(1)} ms: ${violation.message}`,
  )
  console.log(`replay: npm run simulate -- --seed ${seed} --events ${events}`)
}

function simulate({ seed, seeds, events, json }: Flags): boolean {
  const begin = performance.now()
  let done = 0
  let virtualMs = 0
  const failed: number[] = []
  const first = seed ?? 1
  const last = seed ?? seeds
  for (let at = first; at <= last; at++) {
    const outcome = runSeed(at, events)
    done += outcome.events
    virtualMs += outcome.virtualMs
    if (outcome.violation) {
      failed.push(at)
      tell(outcome, events)
    }
  }
  const eventsPerSecond = Math.round(done / ((performance.now() - begin) / 1000))
  const figures = {
    events: done,
    eventsPerSecond,
    virtualHours: Math.round(virtualMs / 3_600_000),
    failed,
  }
  console.log(
    `${done} events in ${figures.virtualHours} hours of virtual time, ${eventsPerSecond} events/s; ${failed.length} seeds failed`,
  )
  if (json) console.log(JSON.stringify({ simulate: figures }))
  return failed.length === 0
}

/** Each broken rule has to be found within so many events. */
const mostEvents = 5_000_000

function mutate({ events, json }: Flags): boolean {
  const found = mutations.map(mutation => {
    const { events: used, outcome } = findMutation(mutation, { stormEvents: events, mostEvents })
    const what = outcome?.violation?.invariant
    console.log(
      what === undefined
        ? `not found in ${used} events: ${mutation.name}`
        : `found after ${String(used).padStart(7)} events: ${mutation.name} (${what})`,
    )
    return { name: mutation.name, events: used, invariant: what ?? null }
  })
  if (json) console.log(JSON.stringify({ mutations: found }))
  return found.every(({ invariant }) => invariant !== null)
}

function main(): void {
  let flags: Flags
  try {
    flags = readFlags()
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n${usage}`)
    process.exitCode = 2
    return
  }
  const isGood = flags.mutations ? mutate(flags) : simulate(flags)
  process.exitCode = isGood ? 0 : 1
}

main()
