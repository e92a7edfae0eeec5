import type { Steps, Task } from '../agenda.ts'
import type { World } from '../world.ts'
import type { Manager } from './manager.ts'
import type { Node } from './node.ts'

/** A request of a node to a manager. The connection may break at any moment, on either way. */
export class Call<A> {
  readonly node: Node
  /** Who waits for the answer; undefined for a copy that nobody waits for. */
  readonly #caller: Task | undefined
  state: 'open' | 'answered' | 'failed' = 'open'
  answer: A | undefined
  /** Called when the caller has hung up and the manager notices. */
  onHangUp: (() => void) | undefined

  constructor(node: Node, caller: Task | undefined) {
    this.node = node
    this.#caller = caller
  }

  /** The caller hears of it, or does not care any more. */
  close(world: World, answer: A | undefined): void {
    if (this.state !== 'open') return
    this.state = answer === undefined ? 'failed' : 'answered'
    this.answer = answer
    if (this.#caller) world.agenda.wake(this.#caller)
  }
}

type Handle<A> = (manager: Manager, call: Call<A>) => Steps

/** Between nodes and managers: loses, doubles, delays and so reorders. */
export class Network {
  readonly #world: World

  constructor(world: World) {
    this.#world = world
  }

  /** Makes a request and waits for the answer; undefined when none came in time. */
  *ask<A>(node: Node, handle: Handle<A>, patienceMs: number): Steps<A | undefined> {
    const call = this.send(node, handle)
    yield patienceMs
    this.hangUp(call)
    return call.answer
  }

  /** Makes a request of the steps that are being taken: these are woken by the answer. */
  send<A>(node: Node, handle: Handle<A>): Call<A> {
    const { random, agenda } = this.#world
    const call = new Call<A>(node, agenda.current)
    if (node.isCut || random.chance(node.lossShare)) {
      // A broken connection is noticed, packets that are dropped are not.
      if (random.chance(0.5)) this.#fail(call)
      return call
    }
    this.#deliver(call, handle, this.#delay(node))
    if (random.chance(node.doublingShare)) {
      this.#world.note(node.id, 'a request comes twice')
      this.#deliver(new Call<A>(node, undefined), handle, this.#delay(node) + random.wait(8000))
    }
    return call
  }

  /** A request that is not its agent's own, or comes once more. */
  forge<A>(node: Node, handle: Handle<A>): void {
    this.#deliver(new Call<A>(node, undefined), handle, this.#delay(node))
  }

  hangUp<A>(call: Call<A>): void {
    if (call.state !== 'open') return
    call.state = 'failed'
    this.#run(this.#delay(call.node), () => call.onHangUp?.())
  }

  /** The manager answers. */
  reply<A>(call: Call<A>, answer: A): void {
    this.#later(call, answer)
  }

  /** The manager's process is gone, or answers with an error. */
  break<A>(call: Call<A>): void {
    this.#later(call, undefined)
  }

  #later<A>(call: Call<A>, answer: A | undefined): void {
    const { random } = this.#world
    if (call.node.isCut || random.chance(call.node.lossShare)) return
    this.#run(this.#delay(call.node), () => call.close(this.#world, answer))
  }

  #fail<A>(call: Call<A>): void {
    this.#run(this.#delay(call.node), () => call.close(this.#world, undefined))
  }

  #deliver<A>(call: Call<A>, handle: Handle<A>, afterMs: number): void {
    this.#run(afterMs, () => {
      const manager = this.#world.findManager()
      if (manager) manager.serve(call, handle(manager, call))
      else this.#fail(call)
    })
  }

  #run(afterMs: number, act: () => void): void {
    this.#world.agenda.begin(this.#world, once(act), afterMs)
  }

  #delay({ slowness }: Node): number {
    return (1 + this.#world.random.wait(4)) * slowness
  }
}

// oxlint-disable-next-line require-yield
function* once(act: () => void): Steps {
  act()
}
