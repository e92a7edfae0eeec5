import { PassThrough, type Readable } from 'node:stream'
import type { DesiredKernel, ObservedImage } from '@capstan/contract/sync'
import Docker from 'dockerode'
import type * as z from 'zod'
import { containerName, containerOptions, labels } from './docker.ts'

/** What the engine knows of a container of ours. */
export interface Container {
  readonly id: string
  readonly kernelId: string
  readonly state: 'created' | 'running' | 'exited' | string
}

export interface Ended {
  readonly exitCode: number
  readonly isOutOfMemory: boolean
  readonly startedAt: string | null
  readonly endedAt: string | null
}

const isStatus = (error: unknown, status: number): boolean =>
  error instanceof Error && 'statusCode' in error && error.statusCode === status

/** The container engine, as far as we use it. */
export class Engine {
  readonly docker: Docker
  readonly #agentId: string
  #network: Promise<string> | undefined

  constructor(docker: Docker, agentId: string) {
    this.docker = docker
    this.#agentId = agentId
  }

  async list(clusterId: string): Promise<Container[]> {
    const found = await this.docker.listContainers({
      all: true,
      filters: { label: [`${labels.cluster}=${clusterId}`, `${labels.agent}=${this.#agentId}`] },
    })
    return found.map(one => ({
      id: one.Id,
      kernelId: one.Labels[labels.kernel] ?? '',
      state: one.State,
    }))
  }

  async images(): Promise<z.input<typeof ObservedImage>[]> {
    const found = await this.docker.listImages({ filters: { label: ['ai.backend.kernelspec'] } })
    return found.flatMap(image =>
      (image.RepoTags ?? [])
        .filter(tag => tag !== '<none>:<none>')
        .map(reference => ({
          reference,
          runtime: 'docker' as const,
          digest: image.Id,
          architecture: process.arch === 'arm64' ? 'aarch64' : 'x86_64',
          sizeBytes: image.Size,
          labels: image.Labels ?? {},
        })),
    )
  }

  /** Creates and starts the container of a kernel. One that exists already is started. */
  async start(kernel: DesiredKernel, clusterId: string): Promise<string> {
    const network = await this.network(clusterId)
    const options = containerOptions(kernel, {
      clusterId,
      agentId: this.#agentId,
      network,
      image: kernel.image.reference,
    })
    const container = await this.docker.createContainer(options).catch((error: unknown) => {
      if (isStatus(error, 409)) return this.docker.getContainer(containerName(kernel.kernelId))
      throw error
    })
    await container.start().catch((error: unknown) => {
      if (!isStatus(error, 304)) throw error
    })
    return container.id
  }

  network(clusterId: string): Promise<string> {
    const name = `capstan-${clusterId.slice(0, 8)}`
    this.#network ??= this.docker
      .createNetwork({
        Name: name,
        CheckDuplicate: true,
        Driver: 'bridge',
        Options: { 'com.docker.network.bridge.enable_icc': 'false' },
        Labels: { [labels.cluster]: clusterId },
      })
      .catch((error: unknown) => {
        if (!isStatus(error, 409)) throw error
      })
      .then(() => name)
      .catch((error: unknown) => {
        this.#network = undefined
        throw error
      })
    return this.#network
  }

  async ended(id: string): Promise<Ended> {
    const { State } = await this.docker.getContainer(id).inspect()
    return {
      exitCode: State.ExitCode,
      isOutOfMemory: State.OOMKilled,
      startedAt: State.StartedAt.startsWith('0001')
        ? null
        : new Date(State.StartedAt).toISOString(),
      endedAt: State.FinishedAt.startsWith('0001')
        ? null
        : new Date(State.FinishedAt).toISOString(),
    }
  }

  async stop(id: string, graceS: number): Promise<void> {
    await this.docker
      .getContainer(id)
      .stop({ t: graceS })
      .catch((error: unknown) => {
        if (!isStatus(error, 304) && !isStatus(error, 404)) throw error
      })
  }

  async remove(id: string): Promise<void> {
    await this.docker
      .getContainer(id)
      .remove({ force: true, v: true })
      .catch((error: unknown) => {
        if (!isStatus(error, 404) && !isStatus(error, 409)) throw error
      })
  }
}
