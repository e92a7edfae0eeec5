import type { Agenda, Steps, Task } from '../agenda.ts'

/** Waits to be woken. A wake-up that comes before it waits is kept, as that of a promise. */
export class Waiter {
  isWoken = false
  readonly #agenda: Agenda
  #task: Task | undefined

  constructor(agenda: Agenda) {
    this.#agenda = agenda
  }

  wake(): void {
    this.isWoken = true
    if (this.#task) this.#agenda.wake(this.#task)
  }

  /** Until it is woken, or the time is up. */
  *wait(mostMs: number): Steps {
    if (!this.isWoken) {
      this.#task = this.#agenda.current
      yield mostMs
      this.#task = undefined
    }
    this.isWoken = false
  }
}
