import { useCallback, useState } from 'react'

/** State kept in this browser under a key; anything unreadable there counts as absent. */
export function useStored<T>(
  key: string,
  usual: T,
  read: (value: unknown) => T | undefined,
): [T, (value: T) => void] {
  const [value, setValue] = useState<T>(() => {
    try {
      return read(JSON.parse(localStorage.getItem(key) ?? 'null')) ?? usual
    } catch {
      return usual
    }
  })
  const store = useCallback(
    (next: T) => {
      localStorage.setItem(key, JSON.stringify(next))
      setValue(next)
    },
    [key],
  )
  return [value, store]
}
