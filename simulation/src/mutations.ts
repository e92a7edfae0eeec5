import type { AgentView, Demand, Owner, Plan, Snapshot } from '@capstan/core/placement'
import { dominantShare } from '@capstan/core/fairness'
import { type Rules, rules } from './rules.ts'

/** A rule broken on purpose, to see that the simulation finds it. */
export interface Mutation {
  readonly name: string
  readonly rules: Rules
}

const withPlan = (plan: (snapshot: Snapshot) => Plan): Partial<Rules> => ({ plan })

/** The queue is planned as if all in it had asked so. */
const withQueue = (change: Partial<Demand>): Partial<Rules> =>
  withPlan(snapshot =>
    rules.plan({ ...snapshot, queue: snapshot.queue.map(one => ({ ...one, ...change })) }),
  )

/** Every device seems to have one unit more free than it has. */
const oneMore = (agents: readonly AgentView[]): AgentView[] =>
  agents.map(agent => ({
    ...agent,
    devices: agent.devices.map(device => ({ ...device, free: device.free + 1 })),
  }))

/** By the shares at the beginning of the turn: what is given within it does not count. */
function byFixedShares(snapshot: Snapshot): Plan {
  const { owners = new Map<string, Owner>(), agents, queue } = snapshot
  const capacity: Record<string, number> = {}
  for (const { devices } of agents)
    for (const { slot, capacity: amount } of devices)
      capacity[slot] = (capacity[slot] ?? 0) + amount
  const shareOf = ({ ownerId }: Demand): number =>
    dominantShare(owners.get(ownerId)?.held ?? {}, capacity) / (owners.get(ownerId)?.weight ?? 1)
  const ordered = [...queue].sort((a, b) => shareOf(a) - shareOf(b) || a.enqueuedAt - b.enqueuedAt)
  const renumbered = ordered.map((demand, enqueuedAt) => ({ ...demand, enqueuedAt }))
  return rules.plan({ ...snapshot, queue: renumbered, sequencer: 'fifo' })
}

/** Of a share that is asked for, one half comes from each of two devices. */
function split(plan: Plan, { agents }: Snapshot): Plan {
  const other = (agentId: string, deviceId: string): string | undefined =>
    agents
      .find(({ id }) => id === agentId)
      ?.devices.find(one => one.slot.endsWith('.shares') && one.id !== deviceId && one.free >= 500)
      ?.id
  const placed = plan.placed.map(one => ({
    ...one,
    kernels: one.kernels.map(kernel => ({
      ...kernel,
      devices: kernel.devices.flatMap(device => {
        const second = device.slot.endsWith('.shares') && other(kernel.agentId, device.deviceId)
        if (second === undefined || second === false) return [device]
        const half = Math.floor(device.amount / 2)
        return [
          { ...device, amount: device.amount - half },
          { ...device, deviceId: second, amount: half },
        ]
      }),
    })),
  }))
  return { ...plan, placed }
}

const broken: Readonly<Record<string, Partial<Rules>>> = {
  'capacity is checked one unit too late': {
    ...withPlan(snapshot => rules.plan({ ...snapshot, agents: oneMore(snapshot.agents) })),
    isWithinCapacity: (given, capacity) => given <= capacity + 1,
  },
  'what a kernel holds is freed when it is told to stop': {
    freesAllocation: to => to === 'terminating' || rules.freesAllocation(to),
  },
  'what an ended kernel held is never freed': { freesAllocation: to => to === 'terminated' },
  'a late report is believed': {
    kernelChanges: (wanted, reports) =>
      rules.kernelChanges(wanted, reports).concat(
        reports.flatMap(report => {
          const known = wanted.find(kernel => kernel.id === report.kernelId)
          const status = report.status
          return known && known.status !== status && status !== 'terminated'
            ? [{ known, change: { ...report, id: known.id, status, reason: null } }]
            : []
        }),
      ),
  },
  'an agent may speak for others': {
    kernelChanges: (wanted, reports) => {
      const [first] = wanted
      const foreign = reports.find(report => wanted.every(({ id }) => id !== report.kernelId))
      if (!first || !foreign) return rules.kernelChanges(wanted, reports)
      return rules.kernelChanges(wanted, [...reports, { ...foreign, kernelId: first.id }])
    },
  },
  'a session of several containers is placed in part': withPlan(snapshot => {
    const plan = rules.plan(snapshot)
    const placed = plan.placed.map(one => ({
      ...one,
      kernels: one.kernels.length > 1 ? one.kernels.slice(1) : one.kernels,
    }))
    return { ...plan, placed }
  }),
  'what is given within a turn does not count for drf': withPlan(snapshot =>
    snapshot.sequencer === 'drf' ? byFixedShares(snapshot) : rules.plan(snapshot),
  ),
  'limits are not counted within a turn': withPlan(snapshot =>
    rules.plan({ ...snapshot, accounts: new Map() }),
  ),
  'what is reserved is lent to whoever asks': withPlan(snapshot =>
    rules.plan({
      ...snapshot,
      queue: snapshot.queue.map(one => ({ ...one, endsAt: snapshot.now ?? null })),
    }),
  ),
  'the latest of equals starts first': withPlan(snapshot =>
    rules.plan({
      ...snapshot,
      queue: snapshot.queue.map(one => ({ ...one, enqueuedAt: -one.enqueuedAt })),
    }),
  ),
  'a share is split over two devices': withPlan(snapshot => split(rules.plan(snapshot), snapshot)),
  'an engine makes a second container of the same name': { findsContainerOfSameName: false },
  'a container that has run is started again': {
    nextStep: state => rules.nextStep({ ...state, hasStarted: false }),
  },
  'what is to stop is said to have ended without a look': {
    mayBegin: ({ hasStarted }) => !hasStarted,
  },
  'an agent is not told to stop what it holds': { isUnusual: () => false },
  'an agent is not told what nobody wants any more': { tellsOfDropped: false },
  'wanted containers are removed by a look': {
    reconcile: (wanted, kept, found) => rules.reconcile(wanted.slice(1), kept, found),
  },
  'the containers beside one that failed go on': {
    settle: (session, kernels, options) => {
      const settlement = rules.settle(session, kernels, options)
      return settlement?.status === 'running' || !settlement?.stopsKernels
        ? settlement
        : { ...settlement, stopsKernels: false }
    },
  },
  'what runs on a lost agent is started elsewhere too': {
    isReclaimable: kernel =>
      rules.isReclaimable({ ...kernel, startedAt: null }) || kernel.status === 'running',
  },
  'a session does not wait for others': withQueue({ dependencies: [] }),
  'one that was ended before its time counts as one that ended well': {
    resolve: edges => {
      const { released, hopeless } = rules.resolve(edges)
      return { released: [...released, ...hopeless.map(one => one.waiterId)], hopeless: [] }
    },
  },
  'who waits for one that failed waits for ever': {
    resolve: edges => ({ ...rules.resolve(edges), hopeless: [] }),
  },
  'who waits in vain takes nobody along': {
    resolve: edges => ({
      ...rules.resolve(edges),
      hopeless: edges
        .filter(({ awaited }) => rules.stateOf(awaited) === 'failed' && awaited.hasStarted)
        .map(({ waiterId }) => ({ waiterId, message: 'It waited in vain' })),
    }),
  },
  'a start time is not waited for': withQueue({ notBefore: null }),
  'containers of one node go to several': withQueue({ clusterMode: 'multi-node' }),
  'a main container that is left alone goes on': {
    settle: (session, kernels, options) =>
      rules.settle(session, kernels.length > 1 ? kernels.slice(0, 1) : kernels, options),
  },
  'who is as urgent makes room as well': withPlan(snapshot =>
    rules.plan({
      ...snapshot,
      running: snapshot.running?.map(one => ({ ...one, priority: one.priority - 5 })) ?? [],
    }),
  ),
  'a changed priority is not looked at': withPlan(snapshot =>
    rules.plan({
      ...snapshot,
      queue: snapshot.queue.map(one => ({ ...one, priority: Math.min(one.priority, 10) })),
    }),
  ),
  'a session that waits too long for room is forgotten': withPlan(snapshot =>
    rules.plan({
      ...snapshot,
      agents: snapshot.queue.some(one => one.skips > 0) ? [] : snapshot.agents,
    }),
  ),
}

export const mutations: readonly Mutation[] = Object.entries(broken).map(([name, change]) => ({
  name,
  rules: { ...rules, ...change },
}))
