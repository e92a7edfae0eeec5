import { Skeleton } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { useWords } from '../words/words.tsx'
import { ErrorPanel } from './ErrorPanel.tsx'
import { SideDrawer } from './SideDrawer.tsx'
import { type DetailsQuery, useEdited } from './useEdited.ts'

interface Props<T> {
  readonly query: DetailsQuery<T>
  readonly title: (details: T | undefined) => string
  readonly onClose: () => void
  readonly children: (details: T) => ReactNode
}

/** Details of one thing in a drawer: its shape while they are read, and what failed where they cannot be. */
export function DetailsDrawer<T>(props: Props<T>) {
  return <AnswerDrawer {...props} answer={useQuery(props.query)} />
}

/** The same where fields stand for them. */
export function FieldsDrawer<T>(props: Props<T>) {
  return <AnswerDrawer {...props} answer={useEdited(props.query)} />
}

interface Answer<T> {
  readonly data: T | undefined
  readonly error: Error | null
  readonly isPending: boolean
  readonly refetch: () => Promise<unknown>
}

function AnswerDrawer<T>({
  answer,
  title,
  onClose,
  children,
}: Omit<Props<T>, 'query'> & { answer: Answer<T> }) {
  const { w } = useWords()
  const { data } = answer
  const isFailed = data === undefined && answer.error !== null
  return (
    <SideDrawer title={isFailed ? w.common.notLoaded : title(data)} onClose={onClose}>
      {isFailed && <ErrorPanel error={answer.error} onRetry={() => void answer.refetch()} />}
      {answer.isPending && <Skeleton h={240} />}
      {data !== undefined && children(data)}
    </SideDrawer>
  )
}
