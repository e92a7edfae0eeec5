import { Button, Checkbox, Skeleton } from '@mantine/core'
import { IconFilterOff } from '@tabler/icons-react'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import {
  columnVisibilityFeature,
  rowSelectionFeature,
  tableFeatures,
  useTable,
  type RowData,
  type RowSelectionState,
} from '@tanstack/react-table'
import { type ReactNode, useMemo, useState } from 'react'
import { exportedLists } from '@capstan/contract/export-path'
import { useAccount } from '../api/account.ts'
import { useWords } from '../words/words.tsx'
import { BulkBar, type Selection } from './BulkBar.tsx'
import type { Column } from './column.ts'
import './DataTable.css'
import { EmptyState } from './EmptyState.tsx'
import { ErrorPanel } from './ErrorPanel.tsx'
import { moveThroughRows } from './row-keys.ts'
import { ColumnChooser, Paging } from './TableFoot.tsx'
import { TableHeadCell } from './TableHeadCell.tsx'
import { useTableMemory, visibilityOf } from './table-memory.ts'
import { clearFilters, type TableSearch } from './table-search.ts'
import { TableToolbar } from './TableToolbar.tsx'
import type { Exported } from './ExportDialog.tsx'
import { ExportPicked, ToolsMenu } from './ToolsMenu.tsx'

export interface Page<T> {
  readonly items: readonly T[]
  readonly nextCursor: string | null
  readonly count: number
  readonly isCountExact: boolean
}

interface Props<T extends RowData, W> {
  /** Names the table where its columns are remembered. */
  readonly id: string
  /** What the table lists, for screen readers. */
  readonly label: string
  readonly query: {
    readonly queryKey: readonly [path: `/${string}`, input: object]
    readonly queryFn: (context: { signal: AbortSignal }) => Promise<Page<T>>
  }
  readonly columns: readonly Column<T, W>[]
  /** What the headers of the columns are taken from. */
  readonly words: W
  readonly search: TableSearch
  readonly onSearch: (patch: TableSearch) => void
  readonly rowId: (row: T) => string
  readonly rowName: (row: T) => string
  readonly empty: { icon: ReactNode; title: string; help: string; action?: ReactNode }
  readonly renderRowActions?: (row: T) => ReactNode
  /** Buttons for the rows that are selected. */
  readonly renderBulkActions?: (selection: Selection<T>) => ReactNode
  /** They work for all that match the filters too, which may be more than this page shows. */
  readonly canSelectAll?: boolean
  /** More items for the Tools menu of a list that can be had as a file. */
  readonly tools?: ReactNode
  /** At the left above the table: tabs of the list. */
  readonly switcher?: ReactNode
}

const features = tableFeatures({ columnVisibilityFeature, rowSelectionFeature })
const noRows: never[] = []

interface Picked {
  /** What was shown when they were picked. */
  readonly place: string
  readonly rows: RowSelectionState
  readonly isAll: boolean
}
const nothingPicked = { rows: {} as RowSelectionState, isAll: false } as const
const skeletonRows = [0, 1, 2, 3, 4, 5]

/** Cursor of the page that led to a page: `previous` works after `next` in this tab; a link from elsewhere leads to the first page. */
const ledTo = new Map<string, string>()

/** The one list of this console: pages, sorts and filters on the server, with all of that in the URL. */
export function DataTable<T extends RowData, W>(props: Props<T, W>) {
  const {
    id,
    label,
    columns,
    words,
    search,
    onSearch,
    rowId,
    rowName,
    renderRowActions,
    renderBulkActions,
  } = props
  const { w } = useWords()
  const [memory, setMemory] = useTableMemory(id, useAccount().id)
  const answer = useQuery({ ...props.query, placeholderData: keepPreviousData })
  const columnVisibility = useMemo(
    () => visibilityOf(columns, memory.columns),
    [columns, memory.columns],
  )
  // A selection belongs to the rows that were shown: another page, filter or sort begins a new one.
  const place = JSON.stringify(props.query.queryKey)
  const [picked, setPicked] = useState<Picked>()
  const { rows: rowSelection, isAll } = picked?.place === place ? picked : nothingPicked
  const [path, input] = props.query.queryKey
  const list: Exported | undefined = exportedLists.includes(path)
    ? { path, input, label }
    : undefined
  const isSelectable = list !== undefined || renderBulkActions !== undefined
  const table = useTable({
    features,
    columns: useMemo(() => columns.map(column => ({ id: column.id })), [columns]),
    data: answer.data?.items ?? noRows,
    getRowId: rowId,
    enableRowSelection: isSelectable,
    state: { columnVisibility, rowSelection },
    onRowSelectionChange: change => {
      const rows = typeof change === 'function' ? change(rowSelection) : change
      setPicked({ place, rows, isAll: false })
    },
  })
  const visible = columns.filter(column => columnVisibility[column.id])
  const rows = table.getRowModel().rows
  const selection: Selection<T> = {
    rows: rows.filter(row => row.getIsSelected()).map(row => row.original),
    isAll,
    count: answer.data?.count ?? 0,
    isCountExact: answer.data?.isCountExact ?? true,
    clear: () => {
      setPicked(undefined)
    },
  }
  const page = (patch: TableSearch): void => {
    if (patch.cursor !== undefined && (patch.page ?? 1) > (search.page ?? 1))
      ledTo.set(patch.cursor, search.cursor ?? '')
    onSearch(patch)
  }
  const filtered = columns.filter(({ id, filter }) => filter && search[id] !== undefined)
  const width = visible.length + (isSelectable ? 1 : 0) + (renderRowActions ? 1 : 0)

  return (
    <div>
      {selection.rows.length > 0 ? (
        <BulkBar
          selection={selection}
          onSelectAll={
            props.canSelectAll
              ? () => {
                  setPicked({ place, rows: rowSelection, isAll: true })
                }
              : undefined
          }
        >
          {renderBulkActions?.(selection)}
          {list && (
            <ExportPicked list={isAll ? list : { ...list, ids: selection.rows.map(rowId) }} />
          )}
        </BulkBar>
      ) : (
        <TableToolbar
          columns={columns}
          words={words}
          search={search}
          onChange={onSearch}
          tools={list && <ToolsMenu list={list}>{props.tools}</ToolsMenu>}
        >
          {props.switcher}
        </TableToolbar>
      )}
      {answer.error && answer.data && (
        <div style={{ marginBottom: 12 }}>
          <ErrorPanel error={answer.error} onRetry={() => void answer.refetch()} />
        </div>
      )}
      <div className="table-frame">
        <div className="table-scroll" tabIndex={0} role="region" aria-label={label}>
          <table
            className="data-table"
            data-dense={memory.isDense || undefined}
            aria-busy={answer.isPlaceholderData || answer.isPending}
            onKeyDown={moveThroughRows}
          >
            <thead>
              <tr>
                {isSelectable && (
                  <th data-check scope="col">
                    <Checkbox
                      size="xs"
                      aria-label={w.table.selectAll}
                      checked={rows.length > 0 && table.getIsAllRowsSelected()}
                      indeterminate={table.getIsSomeRowsSelected()}
                      onChange={table.getToggleAllRowsSelectedHandler()}
                    />
                  </th>
                )}
                {visible.map(column => (
                  <TableHeadCell
                    key={column.id}
                    column={column}
                    words={words}
                    search={search}
                    onChange={onSearch}
                  />
                ))}
                {renderRowActions && (
                  <th scope="col" data-actions>
                    {w.common.actions}
                  </th>
                )}
              </tr>
            </thead>
            <tbody>
              {answer.isPending &&
                skeletonRows.map(row => (
                  <tr key={row}>
                    {Array.from({ length: width }, (_, cell) => (
                      <td key={cell}>
                        <Skeleton height={14} width={cell === 0 ? '60%' : '80%'} />
                      </td>
                    ))}
                  </tr>
                ))}
              {rows.map(row => (
                <tr key={row.id} aria-selected={isSelectable ? row.getIsSelected() : undefined}>
                  {isSelectable && (
                    <td data-check>
                      <Checkbox
                        size="xs"
                        aria-label={w.table.select(rowName(row.original))}
                        checked={row.getIsSelected()}
                        onChange={row.getToggleSelectedHandler()}
                      />
                    </td>
                  )}
                  {visible.map(column => (
                    <td
                      key={column.id}
                      className={column.isFixed ? 'table-name' : undefined}
                      data-right={column.align === 'right' || undefined}
                    >
                      {column.cell(row.original)}
                    </td>
                  ))}
                  {renderRowActions && <td data-actions>{renderRowActions(row.original)}</td>}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
        {answer.error && !answer.data && (
          <div style={{ padding: 16 }}>
            <ErrorPanel
              error={answer.error}
              title={w.table.failed}
              onRetry={() => void answer.refetch()}
            />
          </div>
        )}
        {answer.data?.items.length === 0 &&
          (filtered.length > 0 ? (
            <EmptyState
              icon={<IconFilterOff size={32} />}
              title={w.table.noMatch}
              help={w.table.noMatchHelp}
              action={
                <Button
                  variant="default"
                  onClick={() => {
                    onSearch(clearFilters(filtered.map(column => column.id)))
                  }}
                >
                  {w.table.clearAll}
                </Button>
              }
            />
          ) : (
            <EmptyState {...props.empty} />
          ))}
        <div className="table-foot">
          {answer.data ? (
            <Paging
              search={search}
              count={answer.data.count}
              isCountExact={answer.data.isCountExact}
              nextCursor={answer.data.nextCursor}
              previousCursor={search.cursor === undefined ? undefined : ledTo.get(search.cursor)}
              onChange={page}
            />
          ) : (
            <span />
          )}
          <ColumnChooser
            columns={columns}
            words={words}
            isVisible={columnVisibility}
            isDense={memory.isDense}
            onToggle={(column, isShown) => {
              setMemory({ ...memory, columns: { ...memory.columns, [column]: isShown } })
            }}
            onDense={isDense => {
              setMemory({ ...memory, isDense })
            }}
            onReset={() => {
              setMemory({ columns: {}, isDense: false })
            }}
          />
        </div>
      </div>
    </div>
  )
}
