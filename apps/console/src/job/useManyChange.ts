import { useRef } from 'react'
import type { Selection } from '../ui/BulkBar.tsx'
import { useTableSearch } from '../ui/useTableSearch.ts'

/** What a job is about: rows that were picked, or all that a list shows, on every page. */
export type ManyTarget =
  | { readonly by: 'ids'; readonly ids: string[] }
  | { readonly by: 'filter'; readonly filter: Record<string, unknown> }

export interface ManyChange<A extends string> {
  /** The change that is asked about, and whom it concerns; none while no dialog is open. */
  readonly asked: { readonly action: A; readonly target: ManyTarget } | undefined
  readonly begin: (action: A, selection: Selection<unknown>, ids: readonly string[]) => void
  readonly close: () => void
  /** It was started: what was picked is not picked any more. */
  readonly finish: () => void
}

/** Stands for all that match the filters. */
const all = 'all'

/**
 * The change of many that a list's dialog asks about, in the URL as `change` and `picked`. `input`: what the list was asked
 * for, whose order and place do not matter here.
 */
export function useManyChange<A extends string>(
  actions: readonly A[],
  input: object,
): ManyChange<A> {
  const { search, change } = useTableSearch()
  const clear = useRef<() => void>(undefined)
  const action = actions.find(each => each === search['change'])
  const picked = String(search['picked'] ?? '')
  const close = (): void => {
    change({ change: undefined, picked: undefined })
  }
  return {
    asked: action && picked !== '' ? { action, target: targetOf(picked, input) } : undefined,
    begin: (chosen, selection, ids) => {
      clear.current = selection.clear
      change({ change: chosen, picked: selection.isAll ? all : ids.join(',') })
    },
    close,
    finish: () => {
      clear.current?.()
      close()
    },
  }
}

function targetOf(picked: string, input: object): ManyTarget {
  if (picked !== all) return { by: 'ids', ids: picked.split(',') }
  // A list is asked for these beside its filters.
  const { sort: _, cursor: __, limit: ___, ...filter } = input as Record<string, unknown>
  return { by: 'filter', filter }
}
