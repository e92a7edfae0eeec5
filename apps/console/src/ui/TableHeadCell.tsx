import {
  ActionIcon,
  Button,
  Checkbox,
  Group,
  Popover,
  Stack,
  TextInput,
  UnstyledButton,
} from '@mantine/core'
import { IconArrowDown, IconArrowUp, IconFilter, IconFilterFilled } from '@tabler/icons-react'
import { lazy, Suspense, useState } from 'react'
import { useWords } from '../words/words.tsx'
import type { Choice, Column, ColumnFilter } from './column.ts'
import { choicesOf, directionOf, setFilter, type TableSearch, toggleSort } from './table-search.ts'

const TimeFilter = lazy(async () => ({ default: (await import('./TimeFilter.tsx')).TimeFilter }))

interface Props<T, W> {
  readonly column: Column<T, W>
  readonly words: W
  readonly search: TableSearch
  readonly onChange: (patch: TableSearch) => void
}

/** A header cell: its name sorts, its funnel filters. */
export function TableHeadCell<T, W>({ column, words, search, onChange }: Props<T, W>) {
  const { w } = useWords()
  const { sort, filter } = column
  const label = column.header(words)
  const direction = sort === undefined ? 'none' : directionOf(search, sort)
  return (
    <th
      scope="col"
      data-right={column.align === 'right' || undefined}
      className={column.isFixed ? 'table-name' : undefined}
      aria-sort={sort === undefined ? undefined : direction}
    >
      <span className="head-cell">
        {sort === undefined ? (
          label
        ) : (
          <UnstyledButton
            className="head-sort"
            fz="inherit"
            title={w.table.sortBy(label)}
            onClick={() => {
              onChange(toggleSort(search, sort))
            }}
          >
            {label}
            {direction === 'ascending' && <IconArrowUp size={14} aria-hidden />}
            {direction === 'descending' && <IconArrowDown size={14} aria-hidden />}
          </UnstyledButton>
        )}
        {filter && (
          <HeaderFilter
            filter={filter}
            words={words}
            label={label}
            value={String(search[column.id] ?? '')}
            onChange={value => {
              onChange(setFilter(column.id, value))
            }}
          />
        )}
      </span>
    </th>
  )
}

interface FilterProps<W> {
  readonly filter: ColumnFilter<W>
  readonly words: W
  readonly label: string
  readonly value: string
  readonly onChange: (value: string) => void
}

function HeaderFilter<W>({ filter, words, label, value, onChange }: FilterProps<W>) {
  const { w } = useWords()
  const [isOpen, setOpen] = useState(false)
  const name = w.table.filterBy(label)
  return (
    <Popover opened={isOpen} onChange={setOpen} trapFocus returnFocus width={240} position="bottom">
      <Popover.Target>
        <ActionIcon
          variant="subtle"
          color="gray"
          size="sm"
          aria-label={name}
          aria-expanded={isOpen}
          onClick={() => {
            setOpen(!isOpen)
          }}
        >
          {value ? (
            <IconFilterFilled size={14} color="var(--mantine-primary-color-filled)" />
          ) : (
            <IconFilter size={14} />
          )}
        </ActionIcon>
      </Popover.Target>
      <Popover.Dropdown aria-label={name}>
        {filter.kind === 'time' && (
          <Suspense>
            <TimeFilter
              value={value}
              onChange={next => {
                setOpen(false)
                onChange(next)
              }}
            />
          </Suspense>
        )}
        {filter.kind === 'text' && (
          <TextFilter
            label={name}
            placeholder={filter.isWhole ? w.table.filterWhole : w.table.filterPlaceholder}
            value={value}
            onChange={next => {
              setOpen(false)
              onChange(next)
            }}
          />
        )}
        {filter.kind === 'choice' && (
          <ChoiceFilter
            label={name}
            choices={filter.choices(words)}
            value={value}
            onChange={onChange}
          />
        )}
      </Popover.Dropdown>
    </Popover>
  )
}

type ValueProps = Pick<FilterProps<unknown>, 'label' | 'value' | 'onChange'>

function TextFilter({ label, placeholder, value, onChange }: ValueProps & { placeholder: string }) {
  const { w } = useWords()
  const [text, setText] = useState(value)
  return (
    <form
      onSubmit={event => {
        event.preventDefault()
        onChange(text)
      }}
    >
      <TextInput
        data-autofocus
        aria-label={label}
        placeholder={placeholder}
        value={text}
        maxLength={200}
        onChange={event => {
          setText(event.currentTarget.value)
        }}
      />
      <Group mt="xs" gap="xs" justify="flex-end">
        {value && (
          <Button
            size="xs"
            variant="default"
            onClick={() => {
              onChange('')
            }}
          >
            {w.table.clear}
          </Button>
        )}
        <Button size="xs" type="submit">
          {w.table.apply}
        </Button>
      </Group>
    </form>
  )
}

function ChoiceFilter({
  label,
  choices,
  value,
  onChange,
}: ValueProps & { choices: readonly Choice[] }) {
  // The address follows a moment later: a second choice until then is beside the first.
  const [chosen, setChosen] = useState(() => choicesOf(value))
  return (
    <Checkbox.Group
      aria-label={label}
      value={chosen}
      onChange={next => {
        setChosen(next)
        onChange(next.join(','))
      }}
    >
      <Stack gap="xs">
        {choices.map((choice, index) => (
          <Checkbox
            key={choice.value}
            value={choice.value}
            label={choice.label}
            {...(index === 0 && { 'data-autofocus': true })}
          />
        ))}
      </Stack>
    </Checkbox.Group>
  )
}
