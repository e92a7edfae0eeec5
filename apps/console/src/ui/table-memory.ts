import * as z from 'zod'
import type { Column } from './column.ts'
import { useStored } from './stored.ts'

const Memory = z.object({
  /** Shown or not, where that differs from the usual. */
  columns: z.record(z.string(), z.boolean()),
  isDense: z.boolean(),
})
type Memory = z.infer<typeof Memory>

const nothing: Memory = { columns: {}, isDense: false }

/** Columns and density of a table, kept per person and table in this browser. */
export function useTableMemory(tableId: string, accountId: string) {
  return useStored<Memory>(
    `capstan.table.${accountId}.${tableId}`,
    nothing,
    value => Memory.safeParse(value).data,
  )
}

/** Which columns show: what was chosen, else what is usual. */
export const visibilityOf = (
  columns: readonly Pick<Column<never>, 'id' | 'isFixed' | 'isHidden'>[],
  chosen: Readonly<Record<string, boolean>>,
): Record<string, boolean> =>
  Object.fromEntries(
    columns.map(({ id, isFixed, isHidden }) => [
      id,
      isFixed === true || (chosen[id] ?? isHidden !== true),
    ]),
  )
