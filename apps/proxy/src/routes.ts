import { api } from '@capstan/contract/api'
import type { Call } from '@capstan/contract/client'
import { AppError } from '@capstan/contract/errors'
import type { Route } from '@capstan/contract/proxy'

export type ReadyRoute = Extract<Route, { status: 'ready' }>

/** How long a route that was ready is used while the manager is away, in milliseconds: the life of its relay ticket at most. */
const staleMs = 60_000

/** How long the manager may take to answer, in milliseconds. */
const patienceMs = 5000

/** How often a manager that is away is asked again about a grant that we have a route for, in milliseconds. */
const awayMs = 1000

/** Whether the manager refused what it was asked about: not us, and not because it is in trouble. */
export const isRefusal = (error: unknown): boolean =>
  error instanceof AppError && error.status < 500 && error.code !== 'unauthenticated'

interface Known {
  route: Route | undefined
  until: number
  resolvedAt: number
  asking: Promise<Route> | undefined
}

/** Where grants lead, as the manager says: asked once at a time for each, and remembered as long as it lets us. */
export class Routes {
  readonly #call: Call
  readonly #known = new Map<string, Known>()

  constructor(call: Call) {
    this.#call = call
  }

  async find(grant: string): Promise<Route> {
    const known = this.#known.get(grant) ?? {
      route: undefined,
      until: 0,
      resolvedAt: 0,
      asking: undefined,
    }
    this.#known.set(grant, known)
    if (known.route && known.until > performance.now()) return known.route
    known.asking ??= this.#ask(grant, known).finally(() => {
      known.asking = undefined
    })
    return known.asking
  }

  async #ask(grant: string, known: Known): Promise<Route> {
    try {
      const signal = AbortSignal.timeout(patienceMs)
      const route = await this.#call(api.proxy.resolve, { grant }, { signal })
      known.route = route
      known.resolvedAt = performance.now()
      known.until = known.resolvedAt + route.cacheMs
      return route
    } catch (error) {
      if (isRefusal(error)) known.route = undefined
      const isFresh = performance.now() - known.resolvedAt < staleMs
      if (known.route?.status === 'ready' && isFresh) {
        known.until = performance.now() + awayMs
        return known.route
      }
      this.#known.delete(grant)
      throw error
    }
  }

  /** Forgets what nobody has asked for in a while. */
  sweep(): void {
    for (const [grant, { resolvedAt, asking }] of this.#known)
      if (!asking && performance.now() - resolvedAt > staleMs) this.#known.delete(grant)
  }
}
