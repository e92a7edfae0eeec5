import { connect as connectTcp } from 'node:net'
import type { Duplex } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import type { DesiredKernel, ObservedImage } from '@capstan/contract/sync'
import type Docker from 'dockerode'
import * as z from 'zod'
import type {
  AttachedCommand,
  CommandSpec,
  Container,
  ContainerState,
  Driver,
  PullProgress,
} from '../driver.ts'
import { containerName, containerOptions, labels } from './container-options.ts'
import { attachCommand, launchCommand, runCommand } from './exec.ts'
import { cgroupOf, type CgroupUse, readCgroup } from '../cgroup.ts'
import type { Grant } from '../devices/grant.ts'
import { demultiplexed } from './output.ts'
import { watchEvents } from './events.ts'
import { pullImage } from './pull.ts'

const statusOf = (error: unknown): number =>
  error instanceof Error && 'statusCode' in error ? Number(error.statusCode) : 0

/** An engine that takes longer than this has hung: the call is given up, and tried again later. Milliseconds. */
const patienceMs = 60_000

/** Longest that `patient` waits before it counts the engine as away. */
async function patient<T>(work: Promise<T>, extraMs = 0): Promise<T> {
  const late = Promise.withResolvers<never>()
  const timer = setTimeout(
    () => late.reject(new Error('the container engine does not answer')),
    patienceMs + extraMs,
  )
  try {
    return await Promise.race([work, late.promise])
  } finally {
    clearTimeout(timer)
  }
}

const none: ReadonlySet<string> = new Set()

const DiscoveredDevices = z.object({
  DiscoveredDevices: z.array(z.object({ ID: z.string() })).nullish(),
})

const isoOrNull = (time: string): string | null =>
  time.startsWith('0001') ? null : new Date(time).toISOString()

/** Containers of a Docker Engine, or of Podman through the same API. */
export class DockerDriver implements Driver {
  readonly name = 'docker'
  readonly isolation = [
    {
      aspect: 'Files',
      isEnforced: true,
      note: 'A session sees its image and its own files, nothing of the node',
    },
    { aspect: 'Processes', isEnforced: true, note: 'A session sees only its own processes' },
    {
      aspect: 'Network',
      isEnforced: true,
      note: 'Sessions have addresses of their own and cannot reach each other',
    },
    {
      aspect: 'Memory, CPU, number of processes',
      isEnforced: true,
      note: 'Limits are held by the kernel',
    },
    { aspect: 'Disk', isEnforced: false, note: 'Sessions share the free disk of the node' },
  ]
  readonly #docker: Docker
  readonly #agentId: string
  #network: Promise<string> | undefined
  readonly #addresses = new Map<string, string>()
  readonly #cgroups = new Map<string, string>()

  constructor(docker: Docker, agentId: string) {
    this.#docker = docker
    this.#agentId = agentId
  }

  async version(): Promise<string> {
    return (await patient(this.#docker.version())).Version
  }

  async images(): Promise<z.input<typeof ObservedImage>[]> {
    const found = await patient(
      this.#docker.listImages({ filters: { label: ['ai.backend.kernelspec=1'] } }),
    )
    return found.flatMap(image =>
      (image.RepoTags ?? [])
        .filter(tag => !tag.startsWith('<none>'))
        .map(reference => ({
          reference,
          runtime: 'docker' as const,
          digest: image.Id,
          architecture: process.arch === 'arm64' ? 'aarch64' : 'x86_64',
          sizeBytes: image.Size,
          labels: image.Labels,
        })),
    )
  }

  async list(clusterId: string): Promise<Container[]> {
    const label = [`${labels.cluster}=${clusterId}`, `${labels.agent}=${this.#agentId}`]
    const found = await patient(this.#docker.listContainers({ all: true, filters: { label } }))
    return found.map(one => ({
      id: one.Id,
      kernelId: one.Labels[labels.kernel] ?? '',
      isRunning: one.State === 'running',
    }))
  }

  async start(kernel: DesiredKernel, clusterId: string, grant: Grant): Promise<string> {
    const cdiDevices = grant.gpus.length > 0 ? await this.#cdiDevices() : none
    return this.#withNetwork(clusterId, async network => {
      const place = { clusterId, agentId: this.#agentId, network, cdiDevices }
      const options = containerOptions(kernel, grant, place)
      const made = await patient(this.#docker.createContainer(options)).catch((error: unknown) => {
        // Podman sends another status for a name that is taken.
        if (statusOf(error) === 409 || /name .*already in use/i.test(String(error)))
          return undefined
        throw error
      })
      if (made) {
        await this.#startCreated(made.id)
        return made.id
      }
      // Made by an earlier try whose answer was lost. One that has run already is not started again.
      const found = await this.#findByName(containerName(kernel.kernelId))
      if (found.State.Status === 'created') await this.#startCreated(found.Id)
      return found.Id
    })
  }

  /** Devices that the engine knows by the Container Device Interface; older engines tell of none. */
  async #cdiDevices(): Promise<ReadonlySet<string>> {
    const found = DiscoveredDevices.safeParse(await patient(this.#docker.info()))
    return new Set(found.data?.DiscoveredDevices?.map(({ ID }) => ID))
  }

  /** A name is taken a moment before the container that has it can be seen. */
  async #findByName(name: string): Promise<Docker.ContainerInspectInfo> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await patient(this.#docker.getContainer(name).inspect())
      } catch (error) {
        if (statusOf(error) !== 404 || attempt === 40) throw error
        await sleep(50)
      }
    }
  }

  async #startCreated(id: string): Promise<void> {
    await patient(this.#docker.getContainer(id).start()).catch((error: unknown) => {
      // It runs already.
      if (statusOf(error) !== 304) throw error
    })
  }

  /** Somebody may have removed our network: then it is made anew, once, under the same name, and the work begins again. */
  async #withNetwork<T>(clusterId: string, work: (network: string) => Promise<T>): Promise<T> {
    const used = this.#ensureNetwork(clusterId)
    try {
      return await work(await used)
    } catch (error) {
      // Docker says so when it starts a container (404), Podman when it makes one (500).
      if (!/network .*not found/i.test(String(error))) throw error
      if (this.#network === used) this.#network = undefined
      return work(await this.#ensureNetwork(clusterId))
    }
  }

  #ensureNetwork(clusterId: string): Promise<string> {
    this.#network ??= this.#makeNetwork(clusterId).catch((error: unknown) => {
      this.#network = undefined
      throw error
    })
    return this.#network
  }

  /** Gives the address range back, unless containers still use it. */
  async close(): Promise<void> {
    const name = await this.#network?.catch(() => undefined)
    if (name !== undefined)
      await this.#docker
        .getNetwork(name)
        .remove()
        .catch(() => {})
  }

  /** A network of this cluster's own, on which containers cannot reach each other. */
  async #makeNetwork(clusterId: string): Promise<string> {
    const name = `capstan-${clusterId.slice(0, 8)}`
    const options = {
      Name: name,
      CheckDuplicate: true,
      Driver: 'bridge',
      Options: { 'com.docker.network.bridge.enable_icc': 'false' },
      Labels: { [labels.cluster]: clusterId },
    }
    await patient(this.#docker.createNetwork(options)).catch((error: unknown) => {
      if (statusOf(error) !== 409) throw error
    })
    return name
  }

  async inspect(id: string): Promise<ContainerState | undefined> {
    const found = await patient(this.#docker.getContainer(id).inspect()).catch((error: unknown) => {
      if (statusOf(error) === 404) return undefined
      throw error
    })
    if (!found) return undefined
    const { Status, Running, ExitCode, OOMKilled, StartedAt, FinishedAt, Pid } = found.State
    if (Running && !this.#cgroups.has(id)) {
      // Where it is depends on the engine and on how that is set up.
      const path = await cgroupOf(Pid)
      if (path !== undefined) this.#cgroups.set(id, path)
    }
    const phase = Running ? 'running' : Status === 'created' ? 'created' : 'ended'
    return {
      phase,
      exitCode: phase === 'ended' ? ExitCode : null,
      isOutOfMemory: OOMKilled,
      startedAt: isoOrNull(StartedAt),
      endedAt: phase === 'ended' ? isoOrNull(FinishedAt) : null,
    }
  }

  async stop(id: string, graceS: number): Promise<void> {
    await patient(this.#docker.getContainer(id).stop({ t: graceS }), graceS * 1000).catch(
      (error: unknown) => {
        if (![304, 404].includes(statusOf(error))) throw error
      },
    )
  }

  async remove(id: string): Promise<void> {
    this.#addresses.delete(id)
    this.#cgroups.delete(id)
    await patient(this.#docker.getContainer(id).remove({ force: true, v: true })).catch(
      (error: unknown) => {
        if (![404, 409].includes(statusOf(error))) throw error
      },
    )
  }

  async pull(
    reference: string,
    onProgress: (progress: PullProgress) => void,
    signal?: AbortSignal,
  ): Promise<void> {
    signal?.throwIfAborted()
    await pullImage(this.#docker, reference, onProgress, signal)
  }

  async *output(id: string, { follow }: { follow: boolean }): AsyncIterable<Buffer> {
    const container = this.#docker.getContainer(id)
    const options = { stdout: true, stderr: true }
    const source: AsyncIterable<Buffer> | Buffer = follow
      ? ((await container.logs({ ...options, follow: true })) as AsyncIterable<Buffer>)
      : await container.logs({ ...options, follow: false })
    yield* demultiplexed(Buffer.isBuffer(source) ? [source] : source)
  }

  run(id: string, command: readonly string[]): Promise<string> {
    return patient(runCommand(this.#docker, id, command))
  }

  launch(
    id: string,
    command: readonly string[],
    options: { env: Record<string, string>; logPath: string },
  ): Promise<void> {
    return patient(launchCommand(this.#docker, id, command, options))
  }

  attach(id: string, spec: CommandSpec): Promise<AttachedCommand> {
    return patient(attachCommand(this.#docker, id, spec))
  }

  async connect(id: string, port: number): Promise<Duplex> {
    const host = this.#addresses.get(id) ?? (await this.#addressOf(id))
    this.#addresses.set(id, host)
    return new Promise((resolve, reject) => {
      const socket = connectTcp({ host, port, noDelay: true, allowHalfOpen: true, timeout: 10_000 })
      socket.once('timeout', () => socket.destroy(new Error(`port ${port} does not answer`)))
      socket.once('error', reject)
      socket.once('connect', () => {
        socket.setTimeout(0)
        socket.removeListener('error', reject)
        resolve(socket)
      })
    })
  }

  async #addressOf(id: string): Promise<string> {
    const { NetworkSettings } = await patient(this.#docker.getContainer(id).inspect())
    const address = Object.values(NetworkSettings.Networks).find(
      network => network.IPAddress,
    )?.IPAddress
    if (address === undefined) throw new Error('the container has no address')
    return address
  }

  measure(id: string): Promise<CgroupUse | undefined> {
    const known = this.#cgroups.get(id)
    const usual = [`docker/${id}`, `system.slice/docker-${id}.scope`]
    return readCgroup(...(known === undefined ? usual : [known]))
  }

  watch(
    onChange: (kernelId: string, outOfMemory: boolean) => void,
    signal: AbortSignal,
  ): Promise<void> {
    return watchEvents(this.#docker, this.#agentId, onChange, signal)
  }

  isAway(error: unknown): boolean {
    return statusOf(error) === 0 || statusOf(error) >= 502
  }

  isImageMissing(error: unknown): boolean {
    return statusOf(error) === 404 && /no such image/i.test(String(error))
  }
}
