import { useEffect, useId } from 'react'
import { usePageWords } from '../words/page-words.ts'
import type { Entry, Group } from './entries.ts'

interface Props {
  readonly id: string
  readonly label: string
  readonly groups: readonly Group[]
  readonly active: Entry
  readonly onChoose: (entry: Entry) => void
  readonly onActive: (entry: Entry) => void
}

/** What was found, by kind. The keyboard stays in the field above, which says which line is the active one. */
export function SearchList({ id, label, groups, active, onChoose, onActive }: Props) {
  const activeId = `${id}-${active.key}`
  useEffect(() => {
    document.getElementById(activeId)?.scrollIntoView({ block: 'nearest' })
  }, [activeId])
  return (
    <div id={id} role="listbox" aria-label={label} className="search-list">
      {groups.map(group => (
        <SearchGroup key={group.label} label={group.label}>
          {group.entries.map(entry => (
            <SearchLine
              key={entry.key}
              id={`${id}-${entry.key}`}
              entry={entry}
              isActive={entry === active}
              onChoose={onChoose}
              onActive={onActive}
            />
          ))}
        </SearchGroup>
      ))}
    </div>
  )
}

function SearchGroup({ label, children }: { label: string; children: React.ReactNode }) {
  const id = useId()
  return (
    <div role="group" aria-labelledby={id}>
      <div id={id} role="presentation" className="search-group">
        {label}
      </div>
      {children}
    </div>
  )
}

function SearchLine({
  id,
  entry,
  isActive,
  onChoose,
  onActive,
}: Pick<Props, 'onChoose' | 'onActive'> & { id: string; entry: Entry; isActive: boolean }) {
  const { w } = usePageWords()
  const { icon: Icon, name, detail } = entry
  const more = [detail, entry.isActive ? '' : w.search.inactive].filter(Boolean).join(' · ')
  return (
    <div
      id={id}
      role="option"
      aria-selected={isActive}
      className="search-line"
      // The focus stays in the field.
      onMouseDown={event => {
        event.preventDefault()
      }}
      onMouseMove={() => {
        onActive(entry)
      }}
      onClick={() => {
        onChoose(entry)
      }}
    >
      <Icon size={18} aria-hidden />
      <span className="search-text">
        <span className="clip">{name}</span>
        {more !== '' && <span className="clip search-detail">{more}</span>}
      </span>
    </div>
  )
}
