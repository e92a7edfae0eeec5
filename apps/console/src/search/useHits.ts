import { searchApi, type SearchHit, type SearchKind } from '@capstan/contract/search'
import { useDebouncedValue } from '@mantine/hooks'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { query } from '../api/call.ts'
import { stillFitting } from './entries.ts'

/** A pause in the typing after which it is asked. */
const pauseMs = 120

interface Hits {
  readonly hits: readonly SearchHit[]
  readonly isLoading: boolean
  readonly error: Error | null
  readonly retry: () => void
}

/** What the server finds for a text, asked as one types; a question that is out of date is cancelled. */
export function useHits(text: string, kinds: SearchKind[]): Hits {
  const [asked] = useDebouncedValue(text, pauseMs)
  const isAsked = asked !== '' && text !== ''
  const { data, error, isFetching, isPlaceholderData, refetch } = useQuery({
    ...query(searchApi.find, { q: asked, kinds }),
    enabled: isAsked,
    placeholderData: keepPreviousData,
    // Somebody waits for it: that it fails is said at once, also where the browser knows that it is offline.
    retry: false,
    networkMode: 'always',
  })
  const isOld = isPlaceholderData || asked !== text
  const hits = text === '' ? [] : (data?.items ?? [])
  return {
    hits: isOld ? stillFitting(hits, text) : hits,
    isLoading: text !== '' && (isFetching || asked !== text),
    error: isAsked ? error : null,
    retry: () => {
      void refetch()
    },
  }
}
