import type { Reason } from '@capstan/contract/session'
import { Fleet } from './placement/fleet.ts'
import { explainBehind, explainShortage } from './placement/reasons.ts'
import { type Selector, selectors } from './placement/select.ts'
import { type Sequencer, sequencers } from './placement/sequence.ts'
import { Ledger } from './placement/ledger.ts'
import type { Limits, Use } from './limits.ts'
import type { Amounts } from './slots.ts'

/** A device of an agent, in smallest units. All cores count as one device, and so does all memory. */
export interface DeviceView {
  readonly id: string
  readonly slot: string
  readonly capacity: number
  readonly free: number
}

/** An agent that takes new sessions. */
export interface AgentView {
  readonly id: string
  readonly architecture: string
  readonly runtimes: readonly string[]
  /** Ids of the images that it has. */
  readonly images: ReadonlySet<string>
  readonly devices: readonly DeviceView[]
}

export interface KernelDemand {
  readonly kernelIndex: number
  readonly amounts: Amounts
}

/** A session that waits. */
export interface Demand {
  readonly sessionId: string
  readonly ownerId: string
  /** Under whose limits it runs. */
  readonly accessKey: string
  /** Higher goes first. */
  readonly priority: number
  /** Milliseconds since the epoch. */
  readonly enqueuedAt: number
  readonly imageId: string
  readonly architecture: string
  readonly runtime: 'docker' | 'process'
  /** Its image cannot be pulled: only agents that have it will do. */
  readonly needsImageInstalled: boolean
  readonly kernels: readonly KernelDemand[]
  /** Agents on which a start of it has failed: taken last. */
  readonly failedAgentIds: readonly string[]
  /** How often it was tried in vain. */
  readonly skips: number
}

/** A keypair: what its policy allows, and what it has running in the whole cluster. */
export interface Account {
  readonly limits: Limits
  readonly running: Use
}

export interface Snapshot {
  readonly agents: readonly AgentView[]
  /** By access key. One that is not here has no limits. */
  readonly accounts: ReadonlyMap<string, Account>
  readonly queue: readonly Demand[]
  readonly sequencer: Sequencer
  readonly selector: Selector
  /** Tries in vain after which a session lets those behind it go first (SCH-08). */
  readonly retriesToSkip: number
}

export interface PlacedKernel {
  readonly kernelIndex: number
  readonly agentId: string
  readonly devices: readonly {
    readonly deviceId: string
    readonly slot: string
    readonly amount: number
  }[]
}

export interface Placement {
  readonly sessionId: string
  readonly kernels: readonly PlacedKernel[]
}

export interface Waiting {
  readonly sessionId: string
  readonly reason: Reason
  /** From 1: how many are started before it, and it. */
  readonly position: number
}

export interface Plan {
  readonly placed: readonly Placement[]
  readonly waiting: readonly Waiting[]
}

/**
 * Who starts now and where, and why each of the others waits. Pure: the same snapshot always gives the same plan.
 * All kernels of a session are placed, or none. Free capacity only shrinks within a turn, so what did not fit once is not
 * tried again for the next session that asks for the same.
 */
export function plan(snapshot: Snapshot): Plan {
  const { agents, accounts, queue, sequencer, selector, retriesToSkip } = snapshot
  const fleet = new Fleet(agents)
  const ledger = new Ledger(accounts)
  const ordered = [...queue].sort(sequencers[sequencer])
  const placed: Placement[] = []
  const waiting: Waiting[] = []
  const failed = new Map<string, Reason>()
  /** The first session that others have to wait for, with the agents that could ever hold it. */
  let head: { demand: Demand; holders: ReadonlySet<number> } | undefined
  for (const demand of ordered) {
    const wait = (reason: Reason): number =>
      waiting.push({ sessionId: demand.sessionId, reason, position: waiting.length + 1 })
    // One that its own policy holds back keeps nobody else waiting.
    const overLimit = ledger.check(demand)
    if (overLimit) {
      wait(overLimit)
      continue
    }
    const shape = shapeOf(demand)
    const known = failed.get(shape)
    if (known) {
      wait(known)
      continue
    }
    const kernels = fleet.place(demand, selectors[selector], head?.holders)
    if (kernels) {
      ledger.add(demand)
      placed.push({ sessionId: demand.sessionId, kernels })
      continue
    }
    if (head && fleet.couldPlace(demand)) {
      wait(explainBehind(head.demand))
      continue
    }
    const reason = explainShortage(demand, fleet)
    failed.set(shape, reason)
    wait(reason)
    if (!head && demand.skips < retriesToSkip) {
      const holders = fleet.everHolding(demand)
      if (holders.size > 0) head = { demand, holders }
    }
  }
  return { placed, waiting }
}

/** Two sessions of one shape fit, or do not fit, alike. */
const shapeOf = (demand: Demand): string =>
  JSON.stringify([
    demand.architecture,
    demand.runtime,
    demand.needsImageInstalled ? demand.imageId : '',
    demand.kernels.map(kernel =>
      Object.entries(kernel.amounts).sort(([a], [b]) => (a < b ? -1 : 1)),
    ),
  ])
