/** Without a reason each would get an error of its own, with the stack. */
const newer = 'there is a newer report'

/**
 * The reports that are held open until there is something to do, by agent. An agent that has news sends its next report beside
 * the one that is held: that one is answered then, so that both connections stay in use.
 */
export class HeldReports {
  readonly #last = new Map<string, AbortController>()

  /** Ends the former report of the agent. The signal is aborted when its newer one comes, or `given` is; `end` forgets it. */
  begin(
    id: string,
    given: AbortSignal,
  ): { readonly signal: AbortSignal; readonly end: () => void } {
    this.#last.get(id)?.abort(newer)
    const own = new AbortController()
    this.#last.set(id, own)
    const giveUp = (): void => own.abort(given.reason)
    if (given.aborted) giveUp()
    given.addEventListener('abort', giveUp, { once: true })
    const end = (): void => {
      given.removeEventListener('abort', giveUp)
      if (this.#last.get(id) === own) this.#last.delete(id)
    }
    return { signal: own.signal, end }
  }
}
