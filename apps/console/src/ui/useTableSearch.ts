import { useNavigate, useSearch } from '@tanstack/react-router'
import { useCallback } from 'react'
import type { TableSearch } from './table-search.ts'

/** Changes search parameters of the page that is shown, leaving the rest and any open drawer as they are. */
export function useTableSearch(): { search: TableSearch; change: (patch: TableSearch) => void } {
  const navigate = useNavigate()
  // Each list page checks its search with `tableSearch`, whose fields these are.
  const search: TableSearch = useSearch({ strict: false })
  const change = useCallback(
    (patch: TableSearch) => {
      void navigate({
        to: '.',
        // The route checks what it is given again; here any list's fields may pass.
        search: (before => ({ ...before, ...patch })) as (before: object) => never,
        resetScroll: false,
      })
    },
    [navigate],
  )
  return { search, change }
}
