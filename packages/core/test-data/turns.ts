import {
  type AgentView,
  type Demand,
  plan,
  type Plan,
  type Running,
  type Snapshot,
} from '../src/placement.ts'

/** A session that will come, and how long it runs once it is started. Milliseconds. */
export interface Coming {
  readonly demand: Demand
  readonly runsMs: number
}

interface Live {
  readonly running: Running
  readonly endsAt: number
}

/** Turn after turn in virtual time: what is placed runs and ends, who was tried in vain is counted. */
export class Turns {
  now = 0
  readonly startedAt = new Map<string, number>()
  readonly #agents: readonly AgentView[]
  readonly #settings: Partial<Snapshot>
  readonly #knowsEnds: boolean
  #queue: Coming[] = []
  #live: Live[] = []

  /** `knowsEnds`: sessions have lifetimes, which they use up. */
  constructor(agents: readonly AgentView[], settings: Partial<Snapshot>, knowsEnds: boolean) {
    this.#agents = agents
    this.#settings = settings
    this.#knowsEnds = knowsEnds
  }

  get live(): readonly Running[] {
    return this.#live.map(one => one.running)
  }

  /** Some more ask, time goes on, and a turn is taken. */
  turn(stepMs: number, coming: readonly Coming[] = []): Plan {
    this.now += stepMs
    this.#live = this.#live.filter(one => one.endsAt > this.now)
    this.#queue.push(...coming)
    const made = plan(this.#snapshot())
    const ended = new Set(made.victims.map(one => one.sessionId))
    this.#live = this.#live.map(one =>
      ended.has(one.running.sessionId)
        ? { running: { ...one.running, isEnding: true }, endsAt: this.now + 1 }
        : one,
    )
    const placed = new Map(made.placed.map(one => [one.sessionId, one.kernels]))
    const tried = new Set(made.waiting.filter(one => one.wasTried).map(one => one.sessionId))
    const waiting: Coming[] = []
    for (const one of this.#queue) {
      const { sessionId, priority, ownerId, skips } = one.demand
      const kernels = placed.get(sessionId)
      if (!kernels) {
        const more = tried.has(sessionId) ? 1 : 0
        waiting.push({ ...one, demand: { ...one.demand, skips: skips + more } })
        continue
      }
      this.startedAt.set(sessionId, this.now)
      const endsAt = this.now + one.runsMs
      this.#live.push({
        endsAt,
        running: {
          sessionId,
          priority,
          ownerId,
          kernels,
          isPreemptible: true,
          isEnding: false,
          startedAt: this.now,
          endsAt: this.#knowsEnds ? endsAt : null,
        },
      })
    }
    this.#queue = waiting
    return made
  }

  #snapshot(): Snapshot {
    const given = new Map<string, number>()
    for (const { running } of this.#live)
      for (const { agentId, devices } of running.kernels)
        for (const { deviceId, amount } of devices)
          given.set(`${agentId}/${deviceId}`, (given.get(`${agentId}/${deviceId}`) ?? 0) + amount)
    return {
      sequencer: 'fifo',
      selector: 'dispersed',
      retriesToSkip: 2,
      reserveAfterMs: 1000,
      accounts: new Map(),
      ...this.#settings,
      now: this.now,
      running: this.live,
      agents: this.#agents.map(agent => ({
        ...agent,
        devices: agent.devices.map(device => ({
          ...device,
          free: device.capacity - (given.get(`${agent.id}/${device.id}`) ?? 0),
        })),
      })),
      queue: this.#queue.map(({ demand, runsMs }) => ({
        ...demand,
        endsAt: this.#knowsEnds ? this.now + runsMs : null,
      })),
    }
  }
}
