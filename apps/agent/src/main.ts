import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Log } from '@capstan/runtime/log'
import { backoffMs, pause } from '@capstan/runtime/retry'
import Docker from 'dockerode'
import { Agent } from './agent.ts'
import { readMockDevices } from './devices/mock.ts'
import { Mps } from './devices/mps.ts'
import { NodeAccelerators } from './devices/node-accelerators.ts'
import { DockerDriver } from './docker/docker-driver.ts'
import type { Driver } from './driver.ts'
import { fingerprint } from './fingerprint.ts'
import { Membership, tokenFile } from './membership.ts'
import { NodeMeter } from './meter.ts'
import { ownAddressTowards } from './own-address.ts'
import { ProcessDriver, reachableFolder } from './process/process-driver.ts'
import { startRelay } from './relay.ts'

export interface AgentOptions {
  readonly manager: string
  readonly joinToken?: string | undefined
  readonly id: string
  /** Where it keeps its token, and the files of local sessions. */
  readonly home: string
  /** Default: containers where an engine answers, and local processes. */
  readonly runtimes?: readonly ('docker' | 'process')[] | undefined
  /** Where the relay listens. Default: the address from which this machine reaches the manager. */
  readonly relayHost?: string | undefined
  readonly relayPort: number
  /** At which proxies reach the relay, when not where it listens. */
  readonly address?: string | undefined
  /** File that declares mock accelerators. */
  readonly mockDevices?: string | undefined
  /** NVIDIA GPUs are given out in shares (MPS). Default: whole. */
  readonly sharesGpus?: boolean | undefined
  readonly resourceGroup: string
  readonly region: string
  readonly signal: AbortSignal
  readonly log: Log
}

/** Runs an agent until the signal: reports what is, makes what is wanted. Containers go on when it stops. */
export async function runAgent(options: AgentOptions): Promise<void> {
  const { manager, id, home, relayHost, relayPort, log, signal } = options
  const drivers = await chooseDrivers(options)
  const accelerators = await NodeAccelerators.open({
    mocks: options.mockDevices === undefined ? [] : await readMockDevices(options.mockDevices),
    sharesGpus: options.sharesGpus === true,
    mps: new Mps(join(reachableFolder(home), 'mps')),
  })
  const agent = new Agent({
    ...options,
    drivers,
    fingerprint: fingerprint(),
    accelerators,
    meter: new NodeMeter(home),
    membership: new Membership({ ...options, token: tokenFile(home) }),
  })
  const relay = await startRelay({
    host: relayHost ?? (await ownAddress(manager, signal, log)),
    port: relayPort,
    agentId: id,
    log,
    ticketKey: () => agent.ticketKey,
    placeOf: kernelId => agent.placeOf(kernelId),
    ready: async () => (agent.ticketKey ? undefined : 'the manager has not been reached yet'),
  })
  const address = options.address ?? relay.url
  log.info({ address, runtimes: drivers.map(driver => driver.name) }, 'listening')
  await agent.run(address)
  await Promise.all(drivers.map(driver => driver.close()))
  await relay.close()
}

async function chooseDrivers({ id, home, runtimes }: AgentOptions): Promise<[Driver, ...Driver[]]> {
  const docker = new DockerDriver(new Docker(), id)
  const hasEngine =
    process.env['DOCKER_HOST'] !== undefined ||
    existsSync('/var/run/docker.sock') ||
    (await docker.version().then(
      () => true,
      () => false,
    ))
  const wanted = runtimes ?? (hasEngine ? ['docker', 'process'] : ['process'])
  if (!wanted.includes('process')) return [docker]
  const local = await ProcessDriver.open(home, id)
  return wanted.includes('docker') ? [docker, local] : [local]
}

/** Waits while the name of the manager leads nowhere: so it is after a start of the machine, for a while. */
async function ownAddress(manager: string, signal: AbortSignal, log: Log): Promise<string> {
  for (let failures = 1; ; failures++) {
    try {
      return await ownAddressTowards(manager)
    } catch (error) {
      log.warn({ err: error, manager }, 'no_way_to_manager')
      await pause(backoffMs(failures, 200, 5000), signal)
      if (signal.aborted) throw error
    }
  }
}
