import { Button, CloseButton, Kbd, Pill, TextInput } from '@mantine/core'
import { useDebouncedCallback, useHotkeys } from '@mantine/hooks'
import { IconSearch } from '@tabler/icons-react'
import { type ReactNode, useEffect, useRef, useState } from 'react'
import { useWords } from '../words/words.tsx'
import type { Column } from './column.ts'
import type { Format } from '../words/format.ts'
import { choicesOf, clearFilters, setFilter, spanOf, type TableSearch } from './table-search.ts'

const typingPauseMs = 300

interface Props<T, W> {
  readonly columns: readonly Column<T, W>[]
  readonly words: W
  readonly search: TableSearch
  readonly onChange: (patch: TableSearch) => void
  readonly children?: ReactNode
  /** At the right. */
  readonly tools?: ReactNode
}

/** Above a list: its view switch, a quick filter on the name, and a removable chip for every filter that is active. */
export function TableToolbar<T, W>(props: Props<T, W>) {
  const { columns, words, search, onChange, children, tools } = props
  const { w, f } = useWords()
  const quick = columns.find(column => column.filter?.kind === 'text')
  const active = columns.filter(({ id, filter }) => filter && search[id] !== undefined)
  const others = active.filter(column => column !== quick)
  return (
    <div className="table-toolbar">
      {children}
      {quick && (
        <QuickFilter
          id={quick.id}
          label={w.table.filterBy(quick.header(words))}
          search={search}
          onChange={onChange}
        />
      )}
      {others.map(column => (
        <Pill
          key={column.id}
          size="md"
          withRemoveButton
          removeButtonProps={{
            'aria-label': `${w.common.remove}: ${chipText(column, search, words, f)}`,
            'aria-hidden': false,
            tabIndex: 0,
          }}
          onRemove={() => {
            onChange(setFilter(column.id, ''))
          }}
        >
          {chipText(column, search, words, f)}
        </Pill>
      ))}
      {active.length > 1 && (
        <Button
          size="compact-sm"
          variant="subtle"
          onClick={() => {
            onChange(clearFilters(active.map(column => column.id)))
          }}
        >
          {w.table.clearAll}
        </Button>
      )}
      {tools}
    </div>
  )
}

function chipText<T, W>(
  { id, header, filter }: Column<T, W>,
  search: TableSearch,
  w: W,
  f: Format,
): string {
  const value = String(search[id] ?? '')
  if (filter?.kind === 'time') {
    const { since, until } = spanOf(value)
    const ends = [since, until].map(time => (time === undefined ? '' : f.dateTime(new Date(time))))
    return `${header(w)}: ${ends.join(' – ')}`
  }
  if (filter?.kind !== 'choice') return `${header(w)}: ${value}`
  const labels = new Map(filter.choices(w).map(choice => [choice.value, choice.label]))
  return `${header(w)}: ${choicesOf(value)
    .map(each => labels.get(each) ?? each)
    .join(', ')}`
}

interface QuickProps {
  readonly id: string
  readonly label: string
  readonly search: TableSearch
  readonly onChange: (patch: TableSearch) => void
}

function QuickFilter({ id, label, search, onChange }: QuickProps) {
  const { w } = useWords()
  const input = useRef<HTMLInputElement>(null)
  const value = String(search[id] ?? '')
  const [text, setText] = useState(value)
  const applied = useRef(value)
  const apply = useDebouncedCallback((next: string) => {
    applied.current = next.trim()
    onChange(setFilter(id, next))
  }, typingPauseMs)
  useEffect(() => {
    // Changed from elsewhere: the back button, a chip, the header's own filter.
    if (value !== applied.current) {
      applied.current = value
      setText(value)
    }
  }, [value])
  useHotkeys([
    [
      '/',
      event => {
        event.preventDefault()
        input.current?.focus()
      },
    ],
  ])
  const change = (next: string): void => {
    setText(next)
    apply(next)
  }
  return (
    <TextInput
      ref={input}
      w={240}
      size="sm"
      aria-label={label}
      placeholder={label}
      leftSection={<IconSearch size={16} aria-hidden />}
      rightSection={
        text ? (
          <CloseButton
            size="sm"
            aria-label={w.table.clear}
            onClick={() => {
              change('')
            }}
          />
        ) : (
          <Kbd size="xs" aria-hidden>
            /
          </Kbd>
        )
      }
      value={text}
      maxLength={200}
      onChange={event => {
        change(event.currentTarget.value)
      }}
      onKeyDown={event => {
        if (event.key === 'Escape') event.currentTarget.blur()
      }}
    />
  )
}
