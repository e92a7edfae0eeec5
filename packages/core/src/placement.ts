import type { ClusterMode, DependencyState, Reason } from '@capstan/contract/session'
import type { Limits, Use } from './limits.ts'
import type { Selector } from './placement/select.ts'
import { type Sequencer, sequence } from './placement/sequence.ts'
import { Entries } from './placement/entries.ts'
import { mostForetold, type Waiter } from './placement/estimates.ts'
import { passedOver } from './placement/passed-over.ts'
import type { Shape } from './placement/shapes.ts'
import { Turn } from './placement/turn.ts'
import type { Amounts } from './slots.ts'

/** A device of an agent, in smallest units. All cores count as one device, and so does all memory. */
export interface DeviceView {
  readonly id: string
  readonly slot: string
  readonly capacity: number
  readonly free: number
  /** As its maker calls it. Absent: not reported. */
  readonly model?: string
  /** Devices of one agent with the same number are near each other in memory. */
  readonly numaNode?: number
  /** Devices of one agent with the same group have a fast link between them, like NVLink. */
  readonly linkGroup?: string
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

/** A session that has to succeed before another may start. */
export interface Dependency {
  readonly sessionId: string
  readonly name: string
  readonly state: DependencyState
}

/** A session that waits. Times are in milliseconds since the epoch. */
export interface Demand {
  readonly sessionId: string
  readonly ownerId: string
  /** Under whose limits it runs. */
  readonly accessKey: string
  /** Higher goes first. */
  readonly priority: number
  readonly enqueuedAt: number
  readonly imageId: string
  readonly architecture: string
  readonly runtime: 'docker' | 'process'
  /** Its image cannot be pulled: only agents that have it will do. */
  readonly needsImageInstalled: boolean
  readonly kernels: readonly KernelDemand[]
  /** All kernels on one agent, or each where there is room (when absent). */
  readonly clusterMode?: ClusterMode
  /** The only agents that will do. Absent or empty: any. */
  readonly agentIds?: readonly string[]
  /** Agents on which a start of it has failed: taken last. */
  readonly failedAgentIds: readonly string[]
  /** How often it was tried in vain (`Waiting.wasTried`); need not be counted beyond `retriesToSkip`. */
  readonly skips: number
  /** Models of accelerator that will do. Absent or empty: any. */
  readonly deviceModels?: readonly string[]
  /** The service of which it is a replica. */
  readonly serviceId?: string | null
  /** From when on it was free to start, of which limits of time count; null: it waits for others still. Absent: `enqueuedAt`. */
  readonly waitsSince?: number | null
  /** Not started before this time. */
  readonly notBefore?: number | null
  /** All of them, while one is still waited for. */
  readonly dependencies?: readonly Dependency[]
  /** When it ends at the latest if it starts in this turn, as by its lifetime. Null or absent: not known. */
  readonly endsAt?: number | null
}

/** A session that holds something on the agents of the snapshot. Times are in milliseconds since the epoch. */
export interface Running {
  readonly sessionId: string
  readonly ownerId: string
  readonly priority: number
  /** Its owner agreed that it may be ended for one of higher priority. */
  readonly isPreemptible: boolean
  /** It has been told to end: what it holds is free soon. */
  readonly isEnding: boolean
  readonly startedAt: number
  /** When it ends at the latest. Null: not known. */
  readonly endsAt: number | null
  readonly serviceId?: string | null
  readonly kernels: readonly Pick<PlacedKernel, 'agentId' | 'devices'>[]
}

/** A keypair: what its policy allows, and what it has running in the whole cluster. */
export interface Account {
  readonly limits: Limits
  readonly running: Use
}

/** What an owner has of the group, for schedulers that share it out. */
export interface Owner {
  /** Above 0: one of weight 2 is due twice as much. 1 where nobody said otherwise. */
  readonly weight: number
  /** Held now in this group. */
  readonly held: Amounts
  /** Mean use, in which what was used a half-life ago counts half (`fairness.ts`). Empty: none, or not kept. */
  readonly pastUse: Amounts
}

/** Sessions of one form that were asked for lately, from which `balanced` learns what is wanted. */
export interface Arrivals extends Pick<Demand, 'kernels' | 'deviceModels' | 'architecture'> {
  readonly count: number
}

export interface Snapshot {
  /** Milliseconds since the epoch, by the clock that the other times were taken from. Absent: times are not looked at. */
  readonly now?: number
  readonly agents: readonly AgentView[]
  /** By access key. One that is not here has no limits. */
  readonly accounts: ReadonlyMap<string, Account>
  readonly queue: readonly Demand[]
  /** For estimates, reservations, preemption and spreading. Absent: nothing is known of what runs. */
  readonly running?: readonly Running[]
  /** By owner id; for `drf` and `fair-share`. One that is not here has weight 1 and holds nothing. */
  readonly owners?: ReadonlyMap<string, Owner>
  /** For `balanced`. Absent: it looks at the queue alone. */
  readonly arrivals?: readonly Arrivals[]
  readonly sequencer: Sequencer
  readonly selector: Selector
  /** Tries in vain after which a session lets those behind it go first (SCH-08). */
  readonly retriesToSkip: number
  /** How long a session that was tried that often is passed over before agents are kept for it. Absent: for ever. */
  readonly reserveAfterMs?: number
  /** Replicas of one service go to different agents as far as there are enough (SCH-05). */
  readonly enforceSpreading?: boolean
  /** With `priority`: preemptible sessions of lower priority may be ended to make room. */
  readonly mayPreempt?: boolean
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
  /** Shared by all that wait for the same. */
  readonly reason: Reason
  /** From 1: how many are started before it, and it. */
  readonly position: number
  /** It was its turn and there was no room: counts as a try in vain (SCH-08). */
  readonly wasTried: boolean
  /** About when it starts, in milliseconds since the epoch, by what is known to end until then. Null: nothing is known. */
  readonly startsAt: number | null
}

/** A running session to be ended so that another can start. */
export interface Victim {
  readonly sessionId: string
  readonly forSessionId: string
}

export interface Plan {
  /** In the order in which they start. */
  readonly placed: readonly Placement[]
  readonly waiting: readonly Waiting[]
  readonly victims: readonly Victim[]
}

/**
 * Who starts now and where, and why each of the others waits. Pure: the same snapshot always gives the same plan.
 * All kernels of a session are placed, or none.
 */
export function plan(snapshot: Snapshot): Plan {
  const { queue, sequencer } = snapshot
  const turn = new Turn(snapshot)
  const entries = new Entries(queue, turn)
  const owners = snapshot.owners ?? new Map<string, Owner>()
  const shapeAt = (place: number): Shape => entries.shapeAt(place)
  const first = passedOver(snapshot, place => turn.isStartable(queue[place]!, shapeAt(place)))
  const isFirst = (place: number): boolean => first.length > 0 && first.includes(place)
  const order = sequence(sequencer, queue, { owners, layout: turn.fleet, shapeAt }, first)
  const placed: Placement[] = []
  const waiting: Waiting[] = []
  const waiters: Waiter[] = []
  /** Of those among who waits. */
  const places = new Map<string, number>()
  for (let at = order.next(); at !== undefined; at = order.next()) {
    const sessionId = entries.sessionIds[at]!
    const outcome =
      (isFirst(at) ? undefined : entries.refusalAt(at)) ??
      turn.offer(queue[at]!, shapeAt(at), isFirst(at))
    if ('kernels' in outcome) {
      order.notePlaced()
      placed.push({ sessionId, kernels: outcome.kernels })
      continue
    }
    const { reason, wasTried, isHeldBack } = outcome
    waiting.push({ sessionId, reason, position: waiting.length + 1, wasTried, startsAt: null })
    if (isHeldBack || (waiters.length >= mostForetold && !isFirst(at))) continue
    waiters.push({ demand: queue[at]!, shape: shapeAt(at) })
    places.set(sessionId, waiting.length - 1)
  }
  for (const [sessionId, startsAt] of turn.foretell(waiters)) {
    const at = places.get(sessionId)
    if (at !== undefined) waiting[at] = { ...waiting[at]!, startsAt }
  }
  return { placed, waiting, victims: turn.victims }
}
