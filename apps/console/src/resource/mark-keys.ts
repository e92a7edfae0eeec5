const marksIn = (root: Element): HTMLElement[] => [
  ...root.querySelectorAll<HTMLElement>('[data-mark]'),
]

/** The row below or above that has marks, and the mark in it that stands nearest. */
function across(from: HTMLElement, step: 1 | -1): HTMLElement | undefined {
  const { left } = from.getBoundingClientRect()
  let row = from.closest('[role=row]')
  do row = (step === 1 ? row?.nextElementSibling : row?.previousElementSibling) ?? null
  while (row && marksIn(row).length === 0)
  if (!row) return undefined
  const distance = (mark: HTMLElement): number => Math.abs(mark.getBoundingClientRect().left - left)
  return marksIn(row).reduce((best, mark) => (distance(mark) < distance(best) ? mark : best))
}

/**
 * Arrow keys lead from mark to mark, Home and End to the first and the last. Answers the mark to go to; undefined where the key
 * leads nowhere.
 */
export function moveThroughMarks(
  root: Element,
  from: HTMLElement,
  key: string,
): HTMLElement | undefined {
  if (key === 'ArrowDown') return across(from, 1)
  if (key === 'ArrowUp') return across(from, -1)
  const all = marksIn(root)
  if (key === 'Home') return all[0]
  if (key === 'End') return all.at(-1)
  const at = all.indexOf(from)
  if (key === 'ArrowRight') return all[at + 1]
  return key === 'ArrowLeft' ? all[at - 1] : undefined
}
