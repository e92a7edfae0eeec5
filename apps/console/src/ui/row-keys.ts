import type { KeyboardEvent } from 'react'

/** Up and down move from the name of a row to that of its neighbours. */
export function moveThroughRows(event: KeyboardEvent<HTMLTableElement>): void {
  if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return
  const names = [...event.currentTarget.querySelectorAll<HTMLElement>('tbody .table-name a')]
  const from = names.findIndex(name => name === document.activeElement)
  if (from === -1) return
  event.preventDefault()
  names[from + (event.key === 'ArrowDown' ? 1 : -1)]?.focus()
}
