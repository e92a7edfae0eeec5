import type { ReactNode } from 'react'
import type { Words } from '../words/en.ts'

export interface Choice {
  readonly value: string
  readonly label: string
}

export type ColumnFilter<W = Words> =
  /** `isWhole`: the whole value, not a part of it. */
  | { readonly kind: 'text'; readonly isWhole?: boolean }
  /** From one time to another. */
  | { readonly kind: 'time' }
  | { readonly kind: 'choice'; readonly choices: (w: W) => readonly Choice[] }

/**
 * A column of a list. Its id is also the name of its filter in the URL and in the list endpoint. `W`: the words that its
 * headers are taken from.
 */
export interface Column<T, W = Words> {
  readonly id: string
  readonly header: (w: W) => string
  readonly cell: (row: T) => ReactNode
  /** The endpoint's name for sorting by it. */
  readonly sort?: string
  readonly filter?: ColumnFilter<W>
  readonly align?: 'right'
  /** Cannot be taken away: the name. */
  readonly isFixed?: boolean
  /** Not shown until someone chooses it. */
  readonly isHidden?: boolean
}
