import {
  ActionIcon,
  Button,
  Checkbox,
  Divider,
  Group,
  NativeSelect,
  Popover,
  Stack,
  Switch,
  Text,
  Tooltip,
} from '@mantine/core'
import {
  IconChevronLeft,
  IconChevronLeftPipe,
  IconChevronRight,
  IconSettings,
} from '@tabler/icons-react'
import { useWords } from '../words/words.tsx'
import type { Column } from './column.ts'
import { pageSizes, sizeOf, type TableSearch, toNextPage, toPreviousPage } from './table-search.ts'

interface PagingProps {
  readonly search: TableSearch
  readonly count: number
  readonly isCountExact: boolean
  readonly nextCursor: string | null
  readonly previousCursor: string | undefined
  readonly onChange: (patch: TableSearch) => void
}

/** Number of rows, and the ways to the next and the previous page. */
export function Paging({
  search,
  count,
  isCountExact,
  nextCursor,
  previousCursor,
  onChange,
}: PagingProps) {
  const { w } = useWords()
  const page = search.page ?? 1
  const step = (label: string, icon: typeof IconChevronLeft, patch: TableSearch | undefined) => {
    const Icon = icon
    return (
      <Tooltip label={label}>
        <ActionIcon
          variant="default"
          size="md"
          aria-label={label}
          disabled={patch === undefined}
          onClick={() => {
            if (patch) onChange(patch)
          }}
        >
          <Icon size={16} />
        </ActionIcon>
      </Tooltip>
    )
  }
  const isFirst = page === 1 && search.cursor === undefined
  return (
    <Group gap="xs" className="tabular">
      <Text size="sm" aria-live="polite">
        {w.table.rows(count, isCountExact)}
      </Text>
      {step(
        w.table.first,
        IconChevronLeftPipe,
        isFirst ? undefined : { cursor: undefined, page: undefined },
      )}
      {step(
        w.table.previous,
        IconChevronLeft,
        isFirst ? undefined : toPreviousPage(search, previousCursor),
      )}
      <Text size="sm">{w.table.page(page)}</Text>
      {step(
        w.table.next,
        IconChevronRight,
        nextCursor === null ? undefined : toNextPage(search, nextCursor),
      )}
      <NativeSelect
        size="xs"
        aria-label={w.table.perPage}
        value={String(sizeOf(search))}
        data={pageSizes.map(String)}
        onChange={event => {
          onChange({ size: Number(event.currentTarget.value), cursor: undefined, page: undefined })
        }}
      />
    </Group>
  )
}

interface ChooserProps<T, W> {
  readonly columns: readonly Column<T, W>[]
  readonly words: W
  readonly isVisible: Readonly<Record<string, boolean>>
  readonly isDense: boolean
  readonly onToggle: (column: string, isShown: boolean) => void
  readonly onDense: (isDense: boolean) => void
  readonly onReset: () => void
}

/** The gear: which columns show, and how close the rows lie. */
export function ColumnChooser<T, W>({
  columns,
  words,
  isVisible,
  isDense,
  onToggle,
  onDense,
  onReset,
}: ChooserProps<T, W>) {
  const { w } = useWords()
  return (
    <Popover position="top-end" trapFocus returnFocus>
      <Popover.Target>
        <Tooltip label={w.table.columns}>
          <ActionIcon variant="subtle" color="gray" aria-label={w.table.columns}>
            <IconSettings size={18} />
          </ActionIcon>
        </Tooltip>
      </Popover.Target>
      <Popover.Dropdown aria-label={w.table.columns}>
        <Stack gap="xs">
          {columns.map(column => (
            <Checkbox
              key={column.id}
              label={column.header(words)}
              checked={isVisible[column.id] !== false}
              disabled={column.isFixed === true}
              onChange={event => {
                onToggle(column.id, event.currentTarget.checked)
              }}
            />
          ))}
          <Divider />
          <Switch
            size="sm"
            label={w.table.dense}
            checked={isDense}
            onChange={event => {
              onDense(event.currentTarget.checked)
            }}
          />
          <Button size="compact-sm" variant="subtle" onClick={onReset}>
            {w.table.resetColumns}
          </Button>
        </Stack>
      </Popover.Dropdown>
    </Popover>
  )
}
