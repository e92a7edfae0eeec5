import { dominantShare, projectedUse } from '@capstan/core/fairness'
import { plus } from '@capstan/core/limits'
import type { Demand, Placement, Plan, Snapshot } from '@capstan/core/placement'
import type { Fail } from './ledger.ts'
import { checkPromises } from './promises.ts'

/** Reasons by which a session waits whatever is free: they hold back nobody else. */
const heldBack = new Set(['not_yet', 'dependency', 'dependency_failed', 'policy_limit'])

/** What must be true of every turn, worked out in another way than the planner does. */
export class Turns {
  readonly #fail: Fail

  constructor(fail: Fail) {
    this.#fail = fail
  }

  check(snapshot: Snapshot, plan: Plan): void {
    const demands = new Map(snapshot.queue.map(demand => [demand.sessionId, demand]))
    this.#checkTotal(demands, plan)
    this.#checkDevices(snapshot, demands, plan)
    this.#checkLimits(snapshot, demands, plan)
    this.#checkOrder(snapshot, plan)
    if (snapshot.owners) this.#checkShares(snapshot, demands, plan)
    this.#checkVictims(snapshot, demands, plan)
    checkPromises(snapshot, plan, this.#fail)
  }

  /** Each session is placed, or waits with a reason and a place in the queue: once. */
  #checkTotal(demands: ReadonlyMap<string, Demand>, { placed, waiting }: Plan): void {
    const answered = new Set([...placed, ...waiting].map(one => one.sessionId))
    if (answered.size !== placed.length + waiting.length || answered.size !== demands.size)
      this.#fail('reasons are total', `${answered.size} answers for ${demands.size} sessions`)
    for (const [i, { sessionId, position, reason }] of waiting.entries())
      if (position !== i + 1 || reason.message === '')
        this.#fail('reasons are total', `${sessionId} waits at ${position}: ${reason.message}`)
  }

  /** All kernels of a session are placed, with what they asked for, on devices that have it; a share is never split. */
  #checkDevices({ agents }: Snapshot, demands: ReadonlyMap<string, Demand>, plan: Plan): void {
    const free = new Map<string, { slot: string; free: number; architecture: string }>()
    for (const { id, architecture, devices } of agents)
      for (const device of devices)
        free.set(`${id}/${device.id}`, { slot: device.slot, free: device.free, architecture })
    for (const { sessionId, kernels } of plan.placed) {
      const demand = demands.get(sessionId)
      if (!demand) continue
      if (kernels.length !== demand.kernels.length)
        this.#fail(
          'all or none',
          `${kernels.length} of ${demand.kernels.length} kernels of ${sessionId}`,
        )
      if (demand.clusterMode === 'single-node' && new Set(kernels.map(one => one.agentId)).size > 1)
        this.#fail('one node', `${sessionId} is placed on several agents`)
      for (const { kernelIndex, agentId, devices } of kernels) {
        const sums: Record<string, number> = {}
        for (const { deviceId, slot, amount } of devices) {
          const device = free.get(`${agentId}/${deviceId}`)
          sums[slot] = (sums[slot] ?? 0) + amount
          if (device) device.free -= amount
          if (device?.slot !== slot || device.architecture !== demand.architecture)
            this.#fail('device', `${sessionId} is given ${slot} of ${agentId}/${deviceId}`)
          else if (device.free < 0)
            this.#fail('SCH-10', `${agentId}/${deviceId} lacks ${-device.free} for ${sessionId}`)
          if (slot.endsWith('.shares') && amount !== demand.kernels[kernelIndex]?.amounts[slot])
            this.#fail(
              'shares are not split',
              `${sessionId} gets ${amount} of ${agentId}/${deviceId}`,
            )
        }
        this.#checkAmounts(sessionId, sums, demand.kernels[kernelIndex]?.amounts ?? {})
      }
    }
  }

  #checkAmounts(
    sessionId: string,
    given: Readonly<Record<string, number>>,
    asked: Readonly<Record<string, number>>,
  ): void {
    for (const slot of new Set([...Object.keys(given), ...Object.keys(asked)]))
      if ((given[slot] ?? 0) !== (asked[slot] ?? 0))
        this.#fail(
          'device',
          `${sessionId} asked for ${asked[slot]} ${slot} and gets ${given[slot]}`,
        )
  }

  /** POL-06: what a keypair has running, with what is placed, is within its limits. */
  #checkLimits({ accounts }: Snapshot, demands: ReadonlyMap<string, Demand>, plan: Plan): void {
    const uses = new Map<string, { count: number; amounts: Record<string, number> }>()
    for (const { sessionId } of plan.placed) {
      const demand = demands.get(sessionId)
      const account = demand && accounts.get(demand.accessKey)
      if (!account) continue
      const use = uses.get(demand.accessKey) ?? {
        ...account.running,
        amounts: account.running.amounts,
      }
      const asked = totalOf(demand)
      const next = { count: use.count + 1, amounts: plus(use.amounts, asked) }
      uses.set(demand.accessKey, next)
      const { maxConcurrentCount, maxAmounts } = account.limits
      if (maxConcurrentCount !== null && next.count > maxConcurrentCount)
        this.#fail(
          'limits hold',
          `${demand.accessKey} has ${next.count} of ${maxConcurrentCount} sessions`,
        )
      for (const slot in asked)
        if (slot in maxAmounts && next.amounts[slot]! > maxAmounts[slot]!)
          this.#fail(
            'limits hold',
            `${demand.accessKey} has ${next.amounts[slot]} of ${maxAmounts[slot]} ${slot}`,
          )
    }
  }

  /** Of sessions that ask for the same, those that are before others in the queue start before them. */
  #checkOrder(snapshot: Snapshot, { placed, waiting }: Plan): void {
    const { queue, sequencer, owners } = snapshot
    const starts = new Set(placed.map(one => one.sessionId))
    const excused = new Set(
      waiting.flatMap(({ sessionId, reason }) => (heldBack.has(reason.code) ? [sessionId] : [])),
    )
    const later = sequencer === 'lifo' ? -1 : 1
    const ordered = [...queue].sort(
      (a, b) =>
        b.priority - a.priority ||
        later * (a.enqueuedAt - b.enqueuedAt || (a.sessionId < b.sessionId ? -1 : 1)),
    )
    const passedOver = new Map<string, Demand>()
    for (const demand of ordered) {
      const { sessionId, ownerId } = demand
      if (excused.has(sessionId)) continue
      const form = `${owners ? ownerId : ''} ${formOf(demand)}`
      const first = passedOver.get(form)
      if (!starts.has(sessionId)) {
        if (!first || endOf(demand) < endOf(first)) passedOver.set(form, demand)
        // One that ends later may have to wait where one that ends soon need not.
      } else if (first && endOf(first) <= endOf(demand) && !isOverdue(snapshot, demand))
        this.#fail(
          'order of equals',
          `${sessionId} starts before ${first.sessionId} (${sequencer})`,
        )
    }
  }

  /**
   * Progressive filling: nobody is given something while another, whose session of the same form and priority waits, has
   * less for the weight.
   */
  #checkShares(snapshot: Snapshot, demands: ReadonlyMap<string, Demand>, plan: Plan): void {
    const { agents, owners = new Map<string, never>(), sequencer } = snapshot
    const capacity: Record<string, number> = {}
    for (const { devices } of agents)
      for (const { slot, capacity: amount } of devices)
        capacity[slot] = (capacity[slot] ?? 0) + amount
    const held = new Map<string, Record<string, number>>()
    const shareOf = (ownerId: string): number => {
      const owner = owners.get(ownerId)
      const own = held.get(ownerId) ?? owner?.held ?? {}
      const use = sequencer === 'drf' ? own : projectedUse(owner?.pastUse ?? {}, own)
      return dominantShare(use, capacity) / (owner?.weight ?? 1)
    }
    const waits = new Map<string, Map<string, number>>()
    for (const { sessionId, reason } of plan.waiting)
      if (!heldBack.has(reason.code)) count(waits, demands.get(sessionId), 1)
    for (const { sessionId } of plan.placed) count(waits, demands.get(sessionId), 1)
    for (const { sessionId } of plan.placed) {
      const demand = demands.get(sessionId)
      if (!demand) continue
      const share = shareOf(demand.ownerId)
      for (const [ownerId, left] of waits.get(fullForm(demand)) ?? [])
        if (
          left > 0 &&
          ownerId !== demand.ownerId &&
          shareOf(ownerId) < share - 1e-9 &&
          !isOverdue(snapshot, demand)
        )
          this.#fail(
            'shares',
            `${demand.ownerId} (${share}) is given ${sessionId} before ${ownerId} (${shareOf(ownerId)})`,
          )
      count(waits, demand, -1)
      held.set(
        demand.ownerId,
        plus(held.get(demand.ownerId) ?? owners.get(demand.ownerId)?.held ?? {}, totalOf(demand)),
      )
    }
  }

  /** Only preemptible sessions of lower priority are ended, once each, where that is on, for one that waits. */
  #checkVictims(
    snapshot: Snapshot,
    demands: ReadonlyMap<string, Demand>,
    { victims, placed }: Plan,
  ): void {
    if (victims.length === 0) return
    const { mayPreempt, sequencer, running = [] } = snapshot
    const known = new Map(running.map(one => [one.sessionId, one]))
    const starts = new Set(placed.map((one: Placement) => one.sessionId))
    if (
      mayPreempt !== true ||
      sequencer !== 'priority' ||
      new Set(victims.map(one => one.sessionId)).size !== victims.length
    )
      this.#fail('preemption', `${victims.length} victims with ${sequencer}`)
    for (const { sessionId, forSessionId } of victims) {
      const victim = known.get(sessionId)
      const winner = demands.get(forSessionId)
      const isRight =
        victim?.isPreemptible === true &&
        !victim.isEnding &&
        winner !== undefined &&
        victim.priority < winner.priority &&
        !starts.has(forSessionId)
      if (!isRight) this.#fail('preemption', `${sessionId} is ended for ${forSessionId}`)
    }
  }
}

const totalOf = ({ kernels }: Demand): Record<string, number> =>
  kernels.reduce<Record<string, number>>((sum, { amounts }) => plus(sum, amounts), {})

/** One that was passed over for so long that it may go before all others of its priority (SCH-08). */
const isOverdue = (
  { now, retriesToSkip, reserveAfterMs }: Snapshot,
  { skips, enqueuedAt }: Demand,
): boolean =>
  now !== undefined &&
  reserveAfterMs !== undefined &&
  skips >= retriesToSkip &&
  now - enqueuedAt >= reserveAfterMs

/** Sessions of one form fit, or do not fit, alike. */
const formOf = (demand: Demand): string =>
  JSON.stringify([
    demand.architecture,
    demand.clusterMode,
    demand.deviceModels,
    demand.serviceId,
    demand.kernels.map(kernel => kernel.amounts),
  ])

const endOf = ({ endsAt }: Demand): number => endsAt ?? Infinity

const fullForm = (demand: Demand): string => `${demand.priority} ${endOf(demand)} ${formOf(demand)}`

function count(
  counts: Map<string, Map<string, number>>,
  demand: Demand | undefined,
  change: number,
): void {
  if (!demand) return
  const form = fullForm(demand)
  const owners = counts.get(form) ?? new Map<string, number>()
  owners.set(demand.ownerId, (owners.get(demand.ownerId) ?? 0) + change)
  counts.set(form, owners)
}
