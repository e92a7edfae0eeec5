import type { ChangeEvent } from '@capstan/contract/event'

export type ChangeListener = (event: ChangeEvent) => void

/** What changed, as the database's triggers announce it. */
export interface Changes {
  readonly on: (listener: ChangeListener) => () => void
  readonly receive: (payload: string) => void
}

export const changeChannel = 'capstan_change'

const topics = ['session', 'service', 'agent', 'image', 'log', 'proxy', 'job', 'account'] as const

export function createChanges(): Changes {
  const listeners = new Set<ChangeListener>()
  return {
    on: listener => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    receive: payload => {
      const [topic = '', ids = ''] = payload.split(':', 2)
      const known = topics.find(name => name === topic)
      if (!known) return
      const event = { topic: known, ids: ids === '' ? [] : ids.split(',') }
      for (const listener of listeners) listener(event)
    },
  }
}
