import type { KeptKernel } from '@capstan/contract/sync'
import type { SessionStatus } from '@capstan/contract/session'
import { isEnded, isStarting } from '@capstan/core/session'
import type { Steps } from '../agenda.ts'
import type { KernelRow } from '../model/rows.ts'
import type { Container } from '../part/engine.ts'
import type { Node } from '../part/node.ts'
import type { World } from '../world.ts'

/** A node and a manager that are well bring the database and the engine together within this. Milliseconds. */
const boundMs = 120_000

/** A container that the database says has ended may just be on its way out, or in. Milliseconds. */
const passingMs = 10_000

/** An ended container is kept for so long for the rest of its log. Milliseconds. */
const logPatienceMs = 3_600_000

/** What must be true between the containers that there really are and what the database says of them. */
export class Containers {
  readonly #world: World
  readonly #kernels = new Map<string, KernelRow>()
  readonly #byKernel = new Map<string, Set<Container>>()
  readonly #since = new Map<Container, number>()
  /** Kernels that their agent told lies about. */
  readonly #liedAbout = new Set<string>()

  constructor(world: World) {
    this.#world = world
  }

  /** Containers that there are, on all nodes. */
  get count(): number {
    return this.#byKernel.size
  }

  noteLie(kernelId: string): void {
    this.#liedAbout.add(kernelId)
  }

  /** An agent decides to start the container of a kernel. */
  decided({ kernelId, hasStarted, desired }: KeptKernel, node: Node): void {
    if (hasStarted)
      this.#fail('a container is not started twice', `${node.id} knows that ${kernelId} has run`)
    if (desired === 'stop')
      this.#fail('what is to stop is not started', `${node.id} starts ${kernelId}`)
  }

  created(container: Container): void {
    const { kernelId, node } = container
    const others = this.#byKernel.get(kernelId)
    if (others)
      this.#fail(
        'a container is never doubled',
        `${node.id} makes ${container.id} beside ${[...others].map(one => one.id).join()}`,
      )
    else this.#byKernel.set(kernelId, new Set([container]))
    const kernel = this.#kernels.get(kernelId)
    if (kernel?.agentId !== node.id)
      this.#fail('a kernel has one agent', `${node.id} makes the container of ${kernelId}`)
    else if (isEnded(kernel.status)) this.#expectGone(container)
  }

  started(container: Container): void {
    this.#since.set(container, this.#world.agenda.now)
  }

  ended(container: Container): void {
    this.#world.agenda.begin(this.#world, this.#noticeSteps(container), boundMs)
  }

  /** Its node lost it, or somebody else than the agent removed it. */
  lost(container: Container): void {
    this.#byKernel.delete(container.kernelId)
  }

  /** Removed by its agent. */
  removed(container: Container): void {
    this.lost(container)
    const kernel = this.#kernels.get(container.kernelId)
    if (!kernel) return
    if (!isEnded(kernel.status))
      this.#fail(
        'what is wanted is not removed',
        `${container.id} is removed, ${kernel.id} is ${kernel.status}`,
      )
    const { now } = this.#world.agenda
    const ranOut = container.startedAt !== null && !kernel.isLogComplete && !isGivenUp(kernel)
    const endedAt = this.#endedAt.get(kernel.id) ?? now
    if (ranOut && now - endedAt < logPatienceMs)
      this.#fail('logs are kept', `${container.id} is removed before its log is sent`)
  }

  readonly #endedAt = new Map<string, number>()

  kernelMoved(kernel: KernelRow, from: SessionStatus | null): void {
    if (from === null) this.#kernels.set(kernel.id, kernel)
    if (!isEnded(kernel.status)) return
    // Of a start that has failed nothing is kept: it was to be stopped.
    const isOfFailedStart = from === 'terminating' && isStarting(kernel.session.status)
    if (kernel.reason?.code === 'agent_lost' && kernel.startedAt !== null && !isOfFailedStart)
      this.#fail('what runs on a lost agent is kept', `${kernel.id} had started`)
    for (const other of kernel.session.kernels)
      if (!isEnded(other.status))
        this.#world.agenda.begin(this.#world, this.#followSteps(other), boundMs)
    this.#endedAt.set(kernel.id, this.#world.agenda.now)
    for (const container of this.#byKernel.get(kernel.id) ?? []) {
      const since = this.#since.get(container) ?? this.#world.agenda.now
      const isExcused = isGivenUp(kernel) || this.#liedAbout.has(kernel.id)
      if (container.phase === 'running' && !isExcused && since < this.#world.agenda.now - passingMs)
        this.#fail(
          'what runs holds',
          `${kernel.id} is ${kernel.status} (${kernel.reason?.code}) while ${container.id} runs`,
        )
      this.#expectGone(container)
    }
  }

  /** The database hears of the end of a container in time. */
  *#noticeSteps({ kernelId, id, node }: Container): Steps {
    const kernel = this.#kernels.get(kernelId)
    yield* this.#wellSteps(node)
    if (kernel?.status === 'running')
      this.#fail('ends are noticed', `${id} has ended, ${kernelId} is still running`)
  }

  /** One of several has ended: the others end in time. */
  *#followSteps(kernel: KernelRow): Steps {
    const node = this.#world.nodes.find(({ id }) => id === kernel.agentId)
    if (node) yield* this.#wellSteps(node)
    if (!isEnded(kernel.status))
      this.#fail(
        'all or none',
        `${kernel.id} is ${kernel.status} long after another of ${kernel.session.id} has ended`,
      )
  }

  #expectGone(container: Container): void {
    this.#world.agenda.begin(this.#world, this.#goneSteps(container), boundMs)
  }

  /** A container that nobody wants is removed in time; one that waits for its log to be sent may stay. */
  *#goneSteps(container: Container): Steps {
    const { node, kernelId } = container
    yield* this.#wellSteps(node)
    const isThere = this.#byKernel.get(kernelId)?.has(container) === true
    if (isThere && container.phase === 'running' && !this.#liedAbout.has(kernelId))
      this.#fail('what is not wanted is removed', `${container.id} still runs`)
  }

  *#wellSteps(node: Node): Steps {
    while (this.#waitMs(node) > 0) yield this.#waitMs(node)
  }

  /** How long until its node and the managers have been well for the bound. */
  #waitMs(node: Node): number {
    const wellFrom = Math.max(node.wellFrom, this.#world.wellFrom)
    return wellFrom + boundMs - this.#world.agenda.now
  }

  #fail(invariant: string, message: string): void {
    this.#world.fail(invariant, message)
  }
}

/** Ended without waiting for the node: by force, or because its node was lost before it was heard to start. */
const isGivenUp = ({ reason, session }: KernelRow): boolean =>
  reason?.code === 'agent_lost' || session.reason?.code === 'force_terminated'
