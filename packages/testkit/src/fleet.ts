import { Agent } from '@capstan/agent/agent'
import type { Fate } from '@capstan/agent/fake/fake-container'
import { noAccelerators } from '@capstan/agent/fake/no-accelerators'
import { FakeDriver } from '@capstan/agent/fake/fake-driver'
import { Membership, type TokenStore } from '@capstan/agent/membership'
import type { Send } from '@capstan/contract/client'
import type { NodeUsage } from '@capstan/contract/agent'
import type { DesiredKernel, ObservedImage } from '@capstan/contract/sync'
import { createLog } from '@capstan/runtime/log'
import { type Report, tinyImage } from './node.ts'
import { ownConnections } from './own-connections.ts'

const gib = 2 ** 30

export interface FleetOptions {
  /** Address of the manager. */
  readonly manager: string
  /** Default: real requests, each agent's over connections of its own, as from machines of their own. */
  readonly fetch?: Send
  /** Hears of each request. */
  readonly onRequest?: () => void
  readonly joinToken: string
  readonly ids: readonly string[]
  readonly capacity?: Readonly<Record<string, number>>
  readonly devices?: Report['devices']
  /** What their configuration says: `default` unless given. */
  readonly resourceGroup?: string
  readonly image?: ObservedImage
  /** What becomes of each container. Default: it runs after ten milliseconds, until it is stopped. */
  readonly fate?: (kernel: DesiredKernel, agentId: string) => Fate
}

/** An agent of ours on a fake engine: everything real but the containers. */
export interface FleetAgent {
  readonly id: string
  readonly driver: FakeDriver
  /** Runs it, anew after a `kill`. */
  readonly start: () => void
  /** As a crash would: it says nothing any more. Its containers go on. */
  readonly kill: () => Promise<void>
  /** In good order, with goodbye. */
  readonly stop: () => Promise<void>
}

export interface Fleet {
  readonly agents: readonly FleetAgent[]
  readonly stop: () => Promise<void>
}

/** Runs many agents in this process: sync loop, reconciling and protocol are the real ones. */
export function startFleet(options: FleetOptions): Fleet {
  const agents = options.ids.map(id => fleetAgent(id, options))
  for (const agent of agents) agent.start()
  return {
    agents,
    stop: async () => {
      await Promise.all(agents.map(agent => agent.stop()))
    },
  }
}

interface Life {
  readonly stop: AbortController
  readonly crash: AbortController
  readonly done: Promise<void>
}

function fleetAgent(id: string, options: FleetOptions): FleetAgent {
  const { capacity = { cpu: 4, mem: 8 * gib }, devices = [], resourceGroup = 'default' } = options
  const { image = tinyImage, fate = () => ({ startMs: 10 }) } = options
  const driver = new FakeDriver({ images: [image], fate: kernel => fate(kernel, id) })
  const token = tokenInMemory()
  let life: Life | undefined
  const begin = (): Life => {
    const stop = new AbortController()
    const crash = new AbortController()
    const send = options.fetch ?? ownConnections(options.manager)
    const agent = new Agent({
      id,
      resourceGroup,
      region: 'test',
      drivers: [driver],
      fingerprint: { architecture: 'x86_64', capacity },
      accelerators: { ...noAccelerators, devices },
      meter: { sample: async () => nodeUsage(capacity['cpu'] ?? 1) },
      membership: new Membership({
        manager: options.manager,
        joinToken: options.joinToken,
        id,
        token,
        fetch: (url, init) => {
          options.onRequest?.()
          return crash.signal.aborted ? Promise.reject(crash.signal.reason) : send(url, init)
        },
      }),
      signal: stop.signal,
      log: silent,
    })
    return { stop, crash, done: agent.run('http://127.0.0.1:1') }
  }
  const end = async (): Promise<void> => {
    life?.stop.abort()
    await life?.done
  }
  return {
    id,
    driver,
    start: () => (life = begin()),
    stop: end,
    kill: async () => {
      life?.crash.abort(new Error('killed'))
      await end()
    },
  }
}

const silent = createLog('fleet')
silent.level = process.env['CAPSTAN_LOG_LEVEL'] ?? 'fatal'

function tokenInMemory(): TokenStore {
  let token: string | undefined
  return {
    read: () => token,
    write: async given => void (token = given),
    remove: () => (token = undefined),
  }
}

/** As long as what a node of so many cores says of itself, and as often new. */
function nodeUsage(cores: number): NodeUsage {
  const share = (performance.now() % 1000) / 1000
  return {
    at: new Date().toISOString(),
    cpuMilli: Math.round(share * cores * 1000),
    memBytes: 3_000_000_000,
    diskBytes: 40_000_000_000,
    diskCapacityBytes: 200_000_000_000,
    networkReceivedBytes: Math.round(performance.now() * 1000),
    networkSentBytes: Math.round(performance.now() * 900),
    devices: Array.from({ length: cores }, (_, index) => ({
      id: `core ${index}`,
      kind: 'cpu',
      utilization: share,
      memBytes: null,
      temperatureC: null,
    })),
  }
}
