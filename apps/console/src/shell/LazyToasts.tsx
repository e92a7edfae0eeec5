import { lazy, Suspense, useSyncExternalStore } from 'react'
import { toastsWanted } from '../ui/toast.ts'

const Toasts = lazy(async () => ({ default: (await import('../ui/toast-show.tsx')).Toasts }))

/** Fetched with the first toast; those that were asked for before it is here wait. */
export function LazyToasts() {
  const isWanted = useSyncExternalStore(toastsWanted.subscribe, toastsWanted.get)
  return (
    isWanted && (
      <Suspense>
        <Toasts />
      </Suspense>
    )
  )
}
