/** What a process does, cut where it waits: each `yield` says for how many milliseconds, `Infinity` until it is woken. */
export type Steps<T = void> = Generator<number, T, void>

/** What dies as a whole: what it was about to do is dropped when its life changes. */
export interface Owner {
  life: number
}

/** Steps that are under way. */
export class Task {
  readonly steps: Steps
  readonly owner: Owner
  readonly life: number
  /** Of the one entry in the agenda that counts. */
  ticket = 0

  constructor(owner: Owner, steps: Steps) {
    this.owner = owner
    this.life = owner.life
    this.steps = steps
  }
}

/**
 * Virtual time: what is to happen, and when. Of two steps at one time the one that was entered first goes first, so that a
 * run depends on nothing but its seed. A binary heap over flat arrays.
 */
export class Agenda {
  /** Milliseconds since the simulation began. */
  now = 0
  /** Steps taken. */
  count = 0
  #size = 0
  #entered = 0
  #times = new Float64Array(1024)
  #orders = new Float64Array(1024)
  #tickets = new Float64Array(1024)
  readonly #tasks: Task[] = []
  #current: Task | undefined
  #isCurrentWoken = false

  get current(): Task {
    if (!this.#current) throw new Error('no step is being taken')
    return this.#current
  }

  /** Begins steps of an owner; they end with its life. */
  begin(owner: Owner, steps: Steps, afterMs = 0): Task {
    const task = new Task(owner, steps)
    this.#enter(task, this.now + afterMs)
    return task
  }

  /** Goes on with what waits, now or after a while, instead of when it said. */
  wake(task: Task, afterMs = 0): void {
    if (task === this.#current) this.#isCurrentWoken = true
    else if (task.life === task.owner.life) this.#enter(task, this.now + afterMs)
  }

  /** Takes the next step. False when nothing is left to do. */
  step(): boolean {
    while (this.#size > 0) {
      const time = this.#times[0]!
      const ticket = this.#tickets[0]!
      const task = this.#tasks[0]!
      this.#removeFirst()
      if (task.ticket !== ticket || task.life !== task.owner.life) continue
      this.now = time
      this.count++
      this.#take(task)
      return true
    }
    return false
  }

  #take(task: Task): void {
    this.#current = task
    this.#isCurrentWoken = false
    const { done, value } = task.steps.next()
    this.#current = undefined
    // What has ended is not woken again.
    if (done === true) task.ticket = -1
    else if (this.#isCurrentWoken) this.#enter(task, this.now)
    else if (value < Infinity) this.#enter(task, this.now + Math.max(0, value))
    else task.ticket++
  }

  #enter(task: Task, time: number): void {
    if (task.ticket === -1) return
    task.ticket++
    if (this.#size === this.#times.length) this.#grow()
    let at = this.#size++
    while (at > 0) {
      const parent = (at - 1) >> 1
      if (this.#times[parent]! <= time) break
      this.#copy(parent, at)
      at = parent
    }
    this.#times[at] = time
    this.#orders[at] = this.#entered++
    this.#tickets[at] = task.ticket
    this.#tasks[at] = task
  }

  #removeFirst(): void {
    const last = --this.#size
    const time = this.#times[last]!
    const order = this.#orders[last]!
    let at = 0
    for (;;) {
      let child = 2 * at + 1
      if (child >= last) break
      if (child + 1 < last && this.#isBefore(child + 1, this.#times[child]!, this.#orders[child]!))
        child++
      if (!this.#isBefore(child, time, order)) break
      this.#copy(child, at)
      at = child
    }
    this.#copy(last, at)
    this.#tasks.length = last
  }

  #isBefore(at: number, time: number, order: number): boolean {
    const own = this.#times[at]!
    return own < time || (own === time && this.#orders[at]! < order)
  }

  #copy(from: number, to: number): void {
    this.#times[to] = this.#times[from]!
    this.#orders[to] = this.#orders[from]!
    this.#tickets[to] = this.#tickets[from]!
    this.#tasks[to] = this.#tasks[from]!
  }

  #grow(): void {
    const wider = (array: Float64Array<ArrayBuffer>): Float64Array<ArrayBuffer> => {
      const copy = new Float64Array(array.length * 2)
      copy.set(array)
      return copy
    }
    this.#times = wider(this.#times)
    this.#orders = wider(this.#orders)
    this.#tickets = wider(this.#tickets)
  }
}
