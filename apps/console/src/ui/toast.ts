import type { ReactNode } from 'react'
import { requestIdOf } from '../api/call.ts'
import type * as toastShow from './toast-show.tsx'

let isWanted = false
const listeners = new Set<() => void>()

/** Whether there has been a toast to show, for `useSyncExternalStore`. */
export const toastsWanted = {
  subscribe: (listener: () => void): (() => void) => {
    listeners.add(listener)
    return () => listeners.delete(listener)
  },
  get: (): boolean => isWanted,
}

/** Toasts come with the first one to show: nothing on the way to a first page needs them. */
async function withToasts(show: (toasts: typeof toastShow) => void): Promise<void> {
  isWanted = true
  for (const listener of listeners) listener()
  show(await import('./toast-show.tsx'))
}

/**
 * Says that something was done; the message may hold a link. With the answer of the request that did it, it offers to undo
 * what the server lets be undone.
 */
export function toastDone(message: ReactNode, answer?: object): void {
  const requestId = answer && requestIdOf(answer)
  void withToasts(({ showDone }) => {
    showDone(message, requestId)
  })
}

/** Says what failed where there is no form or page to say it in. Stays until it is closed. */
export function toastError(error: unknown): void {
  void withToasts(({ showError }) => {
    showError(error)
  })
}
