import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'

export interface DetailsQuery<T> {
  readonly queryKey: readonly [path: `/${string}`, input: object]
  readonly queryFn: (context: { signal: AbortSignal }) => Promise<T>
}

/**
 * What a form is to change: read when it opens, however lately it was read before, and held from then on. What others change
 * meanwhile would else be taken for something that was entered here, and be put back.
 */
export function useEdited<T>(query: DetailsQuery<T>) {
  const answer = useQuery({ ...query, staleTime: 0 })
  const key = JSON.stringify(query.queryKey)
  const [held, setHeld] = useState<{ readonly key: string; readonly data: T }>()
  const isHeld = held?.key === key
  if (!isHeld && answer.isSuccess && answer.isFetchedAfterMount) setHeld({ key, data: answer.data })
  const data = isHeld ? held.data : undefined
  return {
    data,
    error: data === undefined ? answer.error : null,
    isPending: data === undefined && !answer.error,
    refetch: answer.refetch,
  }
}
