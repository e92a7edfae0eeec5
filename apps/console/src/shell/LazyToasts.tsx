import { lazy, Suspense } from 'react'

const Toasts = lazy(async () => ({ default: (await import('../ui/toast-show.tsx')).Toasts }))

/** Fetched after the page has shown. */
export function LazyToasts() {
  return (
    <Suspense>
      <Toasts />
    </Suspense>
  )
}
