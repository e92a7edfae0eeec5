import { apiPrefix } from '@capstan/contract/endpoint'
import { ChangeEvent, eventsPath } from '@capstan/contract/event'
import type { QueryClient } from '@tanstack/react-query'
import { useSyncExternalStore } from 'react'
import { anything, isTouched } from './changes.ts'

/** Changes that come within this time are read in one go, however many they are. */
const gatherMs = 400
/** A read that takes longer does not hold back the next one. */
const patienceMs = 5000
const backOffMs = { first: 1000, most: 30_000 } as const

export type Connection =
  | { readonly status: 'open' }
  | { readonly status: 'lost'; readonly since: Date }

/** The one event stream of this page: what changed on the server is read again, and only where it is visible. */
export class Live {
  #connection: Connection = { status: 'open' }
  #listeners = new Set<() => void>()
  #source: EventSource | undefined
  #retry: ReturnType<typeof setTimeout> | undefined
  #failures = 0
  #pending: ChangeEvent[] = []
  #isFlushing = false
  readonly #queries: QueryClient

  constructor(queries: QueryClient) {
    this.#queries = queries
  }

  start(): () => void {
    this.#open()
    const retryNow = (): void => {
      if (this.#connection.status === 'lost') this.#open()
    }
    window.addEventListener('online', retryNow)
    return () => {
      window.removeEventListener('online', retryNow)
      clearTimeout(this.#retry)
      this.#source?.close()
      this.#source = undefined
    }
  }

  readonly current = (): Connection => this.#connection

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  #open(): void {
    clearTimeout(this.#retry)
    this.#source?.close()
    const source = new EventSource(apiPrefix + eventsPath)
    this.#source = source
    source.addEventListener('open', () => {
      this.#opened()
    })
    source.addEventListener('change', message => {
      const event = ChangeEvent.safeParse(parseJson(message.data))
      if (event.success) this.#take(event.data)
    })
    source.addEventListener('error', () => {
      source.close()
      if (this.#source === source) this.#lost()
    })
  }

  #opened(): void {
    const wasLost = this.#connection.status === 'lost'
    this.#failures = 0
    this.#set({ status: 'open' })
    // What changed meanwhile was not told, also where the page is new: what is visible was read before.
    if (wasLost) void this.#queries.invalidateQueries()
    else for (const event of anything) this.#take(event)
  }

  #lost(): void {
    const since = this.#connection.status === 'lost' ? this.#connection.since : new Date()
    this.#set({ status: 'lost', since })
    const wait = Math.min(backOffMs.first * 2 ** this.#failures++, backOffMs.most)
    // Spread, so that many pages do not come back to a restarted manager in one moment.
    this.#retry = setTimeout(
      () => {
        this.#open()
      },
      wait * (0.75 + Math.random() / 2),
    )
    // Tells an ended sign-in (which leads to the sign-in page) from a manager that is away.
    if (this.#failures === 2) void this.#queries.invalidateQueries({ queryKey: ['/account'] })
  }

  #set(connection: Connection): void {
    this.#connection = connection
    for (const listener of this.#listeners) listener()
  }

  #take(event: ChangeEvent): void {
    this.#pending.push(event)
    if (!this.#isFlushing) void this.#flush()
  }

  async #flush(): Promise<void> {
    this.#isFlushing = true
    while (this.#pending.length > 0) {
      await sleep(gatherMs)
      const events = this.#pending.splice(0)
      const reads = this.#queries.invalidateQueries({
        predicate: ({ queryKey }) => events.some(event => isTouched(event, queryKey)),
      })
      await Promise.race([reads, sleep(patienceMs)])
    }
    this.#isFlushing = false
  }
}

const sleep = (ms: number): Promise<void> => new Promise(resolve => setTimeout(resolve, ms))

function parseJson(text: unknown): unknown {
  try {
    return JSON.parse(String(text))
  } catch {
    return undefined
  }
}

export const useConnection = (live: Live): Connection =>
  useSyncExternalStore(live.subscribe, live.current)
