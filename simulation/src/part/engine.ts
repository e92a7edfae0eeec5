import type { Steps, Task } from '../agenda.ts'
import type { RunFate } from '../fates.ts'
import type { World } from '../world.ts'
import type { Node } from './node.ts'

/** From the polite signal to the hard one, and the longest that anything else takes. Milliseconds. */
const graceMs = 10_000
const slowestMs = 20_000

/** The engine is away: it says nothing about its containers. */
export class Away extends Error {}

/** The engine refuses to start a container; `image`: it does not have the image. */
export class NotStarted extends Error {
  readonly wantsImage: boolean

  constructor(wantsImage: boolean) {
    super(wantsImage ? 'no such image' : 'no space left')
    this.wantsImage = wantsImage
  }
}

export interface Container {
  readonly id: string
  readonly kernelId: string
  readonly node: Node
  phase: 'created' | 'running' | 'ended'
  exitCode: number | null
  isOutOfMemory: boolean
  /** By the node's clock, as ISO text. */
  startedAt: string | null
  endedAt: string | null
}

interface Start {
  isDone: boolean
  error: NotStarted | undefined
  container: Container | undefined
  readonly waiting: Task[]
}

/** A container engine: outlives its agent, and loses everything when the node reboots. */
export class Engine {
  readonly containers = new Map<string, Container>()
  isAway = false
  readonly #world: World
  readonly #node: Node
  readonly #starting = new Map<string, Start>()
  readonly #pulled = new Set<string>()
  #made = 0

  constructor(world: World, node: Node) {
    this.#world = world
    this.#node = node
  }

  /** The node went down: nothing is left. */
  wipe(): void {
    for (const container of this.containers.values()) {
      this.#end(container, null)
      this.#lose(container)
    }
    this.#starting.clear()
  }

  *list(): Steps<Container[]> {
    yield this.#time(3)
    this.#answer()
    const found = [...this.containers.values()]
    // The answer is on its way while the world goes on.
    yield this.#time(2)
    return found
  }

  *inspect(id: string): Steps<Container | undefined> {
    yield this.#time(1)
    this.#answer()
    return this.containers.get(id)
  }

  /** Makes and starts the container of a kernel, or finds the one that was made before. `onSlow`: it takes long. */
  *start(kernelId: string, onSlow: () => void): Steps<Container> {
    yield this.#time(1)
    this.#answer()
    const { rules } = this.#world
    let start = rules.findsContainerOfSameName ? this.#starting.get(kernelId) : undefined
    if (!start) {
      start = { isDone: false, error: undefined, container: undefined, waiting: [] }
      this.#starting.set(kernelId, start)
      this.#world.agenda.begin(this.#node, this.#startSteps(kernelId, start))
    }
    start.waiting.push(this.#world.agenda.current)
    yield 400
    if (!start.isDone) onSlow()
    while (!start.isDone) yield Infinity
    this.#answer()
    if (start.error) throw start.error
    // One that is done has either.
    return start.container!
  }

  *#startSteps(kernelId: string, start: Start): Steps {
    yield* this.#begin(kernelId, start)
    start.isDone = true
    if (this.#starting.get(kernelId) === start) this.#starting.delete(kernelId)
    for (const task of start.waiting) this.#world.agenda.wake(task)
  }

  *#begin(kernelId: string, start: Start): Steps {
    const fate = this.#world.fates.startOf(this.#pulled.has(kernelId))
    yield this.#slowed(fate.startMs)
    // That the name is taken is seen before anything that may fail.
    if (fate.failure !== undefined && !this.#byName(kernelId)) {
      start.error = new NotStarted(fate.failure === 'image')
      return
    }
    start.container = this.#byName(kernelId) ?? this.#create(kernelId)
    if (fate.isLeftCreated && start.container.phase === 'created') {
      start.error = new NotStarted(false)
      return
    }
    yield this.#time(20)
    if (start.container.phase === 'created') this.#run(start.container)
  }

  #byName(kernelId: string): Container | undefined {
    if (!this.#world.rules.findsContainerOfSameName) return undefined
    for (const container of this.containers.values())
      if (container.kernelId === kernelId) return container
    return undefined
  }

  #create(kernelId: string): Container {
    const container: Container = {
      id: `${kernelId}/${++this.#made}`,
      kernelId,
      node: this.#node,
      phase: 'created',
      exitCode: null,
      isOutOfMemory: false,
      startedAt: null,
      endedAt: null,
    }
    this.containers.set(container.id, container)
    this.#world.checks.containers.created(container)
    return container
  }

  #run(container: Container): void {
    container.phase = 'running'
    container.startedAt = this.#node.clock()
    this.#world.checks.containers.started(container)
    const fate = this.#world.fates.runOf()
    if (fate.runMs < Infinity)
      this.#world.agenda.begin(this.#node, this.#life(container, fate), fate.runMs)
  }

  /** It ends by itself, when its time has come. */
  *#life(container: Container, end: RunFate): Steps {
    if (container.phase !== 'running') return
    container.isOutOfMemory = end.isOutOfMemory
    this.#end(container, end.exitCode)
    if (end.vanishes) this.#lose(container)
    yield this.#time(3)
    this.#node.tell(container.kernelId, end.isOutOfMemory)
  }

  /** What runs ends within a time, if it has not before. */
  letAllEnd(withinMs: number): void {
    const fate: RunFate = { runMs: 0, exitCode: 0, isOutOfMemory: false, vanishes: false }
    for (const container of this.containers.values()) {
      const runMs = this.#world.random.share() * withinMs
      this.#world.agenda.begin(this.#node, this.#life(container, fate), runMs)
    }
  }

  #end(container: Container, exitCode: number | null): void {
    if (container.phase !== 'running') return
    container.phase = 'ended'
    container.exitCode = exitCode
    container.endedAt = this.#node.clock()
    this.#world.checks.containers.ended(container)
  }

  #lose(container: Container): void {
    this.containers.delete(container.id)
    this.#world.checks.containers.lost(container)
  }

  *stop(id: string): Steps {
    yield this.#time(1)
    this.#answer()
    const container = this.containers.get(id)
    if (container?.phase !== 'running') return
    // From the polite signal to the end.
    yield Math.min(graceMs, this.#slowed(this.#world.random.wait(800)))
    this.#end(container, 143)
  }

  *remove(id: string): Steps {
    yield this.#time(5)
    this.#answer()
    const container = this.containers.get(id)
    if (!container) return
    this.#end(container, 137)
    this.containers.delete(id)
    this.#world.checks.containers.removed(container)
  }

  /** Somebody else than us removes a container. */
  vanish(container: Container): void {
    this.#end(container, 137)
    this.#lose(container)
    this.#node.tell(container.kernelId, false)
  }

  /** Brings the image of a kernel. Answers whether it is here now. */
  *pull(kernelId: string): Steps<boolean> {
    const { pullMs, isFound } = this.#world.fates.pullOf()
    yield this.#slowed(pullMs)
    this.#answer()
    if (isFound) this.#pulled.add(kernelId)
    return isFound
  }

  #answer(): void {
    if (this.isAway) throw new Away('the engine is down')
  }

  #time(ms: number): number {
    return this.#slowed(this.#world.random.wait(ms))
  }

  #slowed(ms: number): number {
    return Math.min(slowestMs, ms * this.#node.slowness)
  }
}
