import { Skeleton } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { ErrorPanel } from './ErrorPanel.tsx'
import { SideDrawer } from './SideDrawer.tsx'

/** Details of one thing in a drawer: its shape while they are read, and what failed where they cannot be. */
export function DetailsDrawer<T>({
  query,
  title,
  onClose,
  children,
}: {
  query: {
    readonly queryKey: readonly [path: `/${string}`, input: object]
    readonly queryFn: (context: { signal: AbortSignal }) => Promise<T>
  }
  title: (details: T | undefined) => string
  onClose: () => void
  children: (details: T) => ReactNode
}) {
  const answer = useQuery(query)
  const { data } = answer
  return (
    <SideDrawer title={title(data)} onClose={onClose}>
      {answer.error && data === undefined && (
        <ErrorPanel error={answer.error} onRetry={() => void answer.refetch()} />
      )}
      {answer.isPending && <Skeleton h={240} />}
      {data !== undefined && children(data)}
    </SideDrawer>
  )
}
