import type { Amounts } from '@capstan/core/slots'
import type { GroupRow, KeypairRow, SessionRequest, SessionRow } from './model/rows.ts'
import type { Report } from './model/report.ts'
import type { Random } from './random.ts'

const gib = 2 ** 30

export interface NodeSpec {
  readonly id: string
  readonly architecture: string
  readonly group: string
  readonly devices: Report['devices']
}

/** A form of session that people ask for. */
export interface Form {
  readonly architecture: string
  readonly amounts: Amounts
  readonly clusterSize: number
}

/** A cluster, its people, and how much goes wrong: all drawn from the seed. Times in milliseconds. */
export interface Scenario {
  readonly managerCount: number
  readonly nodes: readonly NodeSpec[]
  readonly groups: readonly GroupRow[]
  readonly keypairs: readonly KeypairRow[]
  readonly forms: readonly Form[]
  readonly meanArrivalMs: number
  readonly meanRunMs: number
  /** Of starts. */
  readonly failShare: number
  readonly meanFaultMs: number
  /** Sessions that wait or run at most: beyond that nobody asks for more. */
  readonly mostLive: number
}

const sequencers = ['fifo', 'lifo', 'drf', 'fair-share', 'priority', 'priority'] as const
const selectors = ['dispersed', 'concentrated', 'balanced'] as const

export function drawScenario(random: Random): Scenario {
  const groups = ['default', 'other']
    .slice(0, random.between(1, 2))
    .map(name => drawGroup(random, name))
  const architectures = random.chance(0.3) ? ['x86_64', 'aarch64'] : ['x86_64']
  const nodes = Array.from({ length: random.between(2, 7) }, (_, i) => ({
    id: `node-${i}`,
    architecture: random.pick(architectures),
    group: random.pick(groups).name,
    devices: drawDevices(random),
  }))
  return {
    managerCount: random.between(1, 3),
    nodes,
    groups,
    keypairs: Array.from({ length: random.between(2, 5) }, (_, i) => drawKeypair(random, i)),
    forms: Array.from({ length: random.between(3, 8) }, () => drawForm(random, architectures)),
    meanArrivalMs: random.between(300, 4000),
    meanRunMs: random.between(2000, 40_000),
    failShare: random.pick([0, 0.02, 0.1, 0.3]),
    meanFaultMs: random.pick([2000, 8000, 30_000]),
    mostLive: random.between(15, 60),
  }
}

/** Settings as an administrator may give them to a group. */
export const drawGroup = (random: Random, name: string): GroupRow => ({
  name,
  isActive: true,
  sequencer: random.pick(sequencers),
  selector: random.pick(selectors),
  retriesToSkip: random.pick([0, 1, 3, 10]),
  creationRetries: random.between(1, 4),
  pendingTimeoutS: random.pick([0, 0, 0, 60, 600]),
  reserveAfterS: random.pick([null, 0, 30, 300]),
  halfLifeS: random.pick([60, 3600]),
  enforcesSpreading: random.chance(0.2),
  isPreemptionEnabled: random.chance(0.7),
})

const unlimited = {
  policy: 'unlimited',
  maxAmounts: {},
  maxClusterSize: null,
  maxConcurrentCount: null,
  maxPendingCount: null,
  maxPendingAmounts: {},
}

/** A keypair of the user of the same number, with limits or without. */
function drawKeypair(random: Random, i: number): KeypairRow {
  const accessKey = `key-${i}`
  return {
    accessKey,
    userId: `user-${i}`,
    weight: random.pick([1, 1, 1, 2, 0.5]),
    ...drawLimits(random),
  }
}

export function drawLimits(random: Random): Pick<KeypairRow, 'limits' | 'maxLifetimeS'> {
  if (random.chance(0.6)) return { limits: unlimited, maxLifetimeS: null }
  const limits = {
    policy: 'limited',
    maxAmounts: random.chance(0.5)
      ? { cpu: random.between(4, 32) * 1000 }
      : { 'cuda.device': random.between(1, 8) },
    maxClusterSize: random.pick([null, 1, 4]),
    maxConcurrentCount: random.pick([null, 1, 3, 10]),
    maxPendingCount: random.pick([null, 3, 20]),
    maxPendingAmounts: random.chance(0.3) ? { mem: 64 * gib } : {},
  }
  return { limits, maxLifetimeS: random.pick([null, null, 60, 600]) }
}

export const noLimits = (): Pick<KeypairRow, 'limits' | 'maxLifetimeS'> => ({
  limits: unlimited,
  maxLifetimeS: null,
})

/** Cores, memory, and often accelerators: whole ones, or ones that are shared. */
export function drawDevices(random: Random): Report['devices'] {
  const devices = [
    { id: 'cpu', slot: 'cpu', capacity: random.pick([4, 8, 16, 32]) * 1000 },
    { id: 'mem', slot: 'mem', capacity: random.pick([8, 32, 64]) * gib },
  ]
  const kind = random.pick(['none', 'cuda.device', 'cuda.shares'] as const)
  const count = kind === 'none' ? 0 : random.pick([1, 2, 4, 8])
  const capacity = kind === 'cuda.device' ? 1 : 1000
  for (let i = 0; i < count; i++) devices.push({ id: `gpu${i}`, slot: kind, capacity })
  return devices
}

function drawForm(random: Random, architectures: readonly string[]): Form {
  const kind = random.pick(['none', 'none', 'cuda.device', 'cuda.shares'] as const)
  return {
    architecture: random.pick(architectures),
    amounts: {
      cpu: random.pick([100, 500, 1000, 2000, 4000, 7000]),
      mem: random.pick([256, 1024, 2048, 8192]) * 2 ** 20,
      ...(kind === 'cuda.device' && { 'cuda.device': random.pick([1, 1, 2, 4]) }),
      ...(kind === 'cuda.shares' && { 'cuda.shares': random.pick([100, 250, 500, 1000]) }),
    },
    clusterSize: random.pick([1, 1, 1, 2, 3, 5]),
  }
}

/** What somebody asks for. */
export const drawRequest = (
  random: Random,
  { forms, groups }: Scenario,
  keypair: KeypairRow,
  { now, known }: { now: number; known: readonly SessionRow[] },
): SessionRequest => ({
  ...random.pick(forms),
  type: random.pick(['interactive', 'batch', 'inference'] as const),
  group: random.pick(groups).name,
  keypair,
  priority: random.pick([10, 10, 10, 10, 20]),
  clusterMode: random.pick(['single-node', 'multi-node'] as const),
  isPreemptible: random.chance(0.3),
  startsAt: random.chance(0.1) ? now + random.wait(30_000) : null,
  dependsOn: random.chance(0.2) ? drawAwaited(random, known) : [],
})

/** One or two of those that are known, which may have ended. */
function drawAwaited(random: Random, known: readonly SessionRow[]): SessionRow[] {
  if (known.length === 0) return []
  return [
    ...new Set(
      random.chance(0.3) ? [random.pick(known), random.pick(known)] : [random.pick(known)],
    ),
  ]
}
