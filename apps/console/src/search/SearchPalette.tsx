import { CloseButton, Loader, Modal, TextInput, VisuallyHidden } from '@mantine/core'
import { useMediaQuery } from '@mantine/hooks'
import { IconSearch } from '@tabler/icons-react'
import { useNavigate } from '@tanstack/react-router'
import { type KeyboardEvent, useId, useState } from 'react'
import { useMay } from '../api/account.ts'
import { usePageWords } from '../words/page-words.ts'
import {
  type Entry,
  type Group,
  hitGroups,
  kindsFor,
  pageEntries,
  recentEntries,
} from './entries.ts'
import { SearchList } from './SearchList.tsx'
import { SearchState } from './SearchState.tsx'
import { useHits } from './useHits.ts'
import { useRecent } from './useRecent.ts'
import './search.css'

/** Finds pages, people and things by name, with the keyboard alone (PLS-10). */
export function SearchPalette({ onClose }: { onClose: () => void }) {
  const { w } = usePageWords()
  const may = useMay()
  const view = { w, may }
  const navigate = useNavigate()
  const isNarrow = useMediaQuery('(max-width: 48em)') ?? false
  const [typed, setTyped] = useState('')
  const [activeKey, setActiveKey] = useState<string>()
  const [recent, addRecent] = useRecent()
  const listId = useId()
  const text = typed.trim()
  const { hits, isLoading, error, retry } = useHits(text, kindsFor(view))
  const named = (label: string, entries: readonly Entry[]): Group[] =>
    entries.length > 0 ? [{ label, entries }] : []
  const groups =
    text === ''
      ? [
          ...named(w.search.recent, recentEntries(recent, view)),
          ...named(w.search.pages, pageEntries('', view)),
        ]
      : [...named(w.search.pages, pageEntries(text, view)), ...hitGroups(hits, view)]
  const entries = groups.flatMap(group => group.entries)
  const found = entries.findIndex(({ key }) => key === activeKey)
  const at = found === -1 ? 0 : found
  const active = entries[at]
  const choose = (entry: Entry): void => {
    addRecent(entry.choice)
    onClose()
    void navigate(entry.place)
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    // An unfinished syllable is the input method's: its Enter and arrows are not for the list.
    if (event.nativeEvent.isComposing) return
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (step === undefined && event.key !== 'Enter') return
    event.preventDefault()
    if (step === undefined) {
      if (active) choose(active)
    } else setActiveKey(entries.at((at + step) % entries.length)?.key)
  }
  return (
    <Modal.Root
      opened
      onClose={onClose}
      size={640}
      yOffset="10vh"
      fullScreen={isNarrow}
      padding={0}
      classNames={{ content: 'search' }}
    >
      <Modal.Overlay backgroundOpacity={0.35} />
      <Modal.Content aria-label={w.shell.search}>
        <TextInput
          data-autofocus
          size="md"
          variant="unstyled"
          className="search-field"
          placeholder={w.search.placeholder}
          aria-label={w.search.placeholder}
          role="combobox"
          aria-expanded={entries.length > 0}
          {...(active && { 'aria-controls': listId })}
          aria-activedescendant={active && `${listId}-${active.key}`}
          aria-autocomplete="list"
          autoComplete="off"
          spellCheck={false}
          maxLength={200}
          value={typed}
          onChange={event => {
            setTyped(event.currentTarget.value)
            setActiveKey(undefined)
          }}
          onKeyDown={onKeyDown}
          leftSection={
            isLoading ? <Loader size={18} aria-hidden /> : <IconSearch size={18} aria-hidden />
          }
          rightSection={<CloseButton aria-label={w.common.close} onClick={onClose} />}
        />
        {active && (
          <SearchList
            id={listId}
            label={w.shell.search}
            groups={groups}
            active={active}
            onChoose={choose}
            onActive={entry => {
              setActiveKey(entry.key)
            }}
          />
        )}
        <SearchState
          text={text}
          error={error}
          isEmpty={entries.length === 0 && !isLoading}
          onRetry={retry}
        />
        <VisuallyHidden role="status">
          {text !== '' && !isLoading && w.search.found(entries.length)}
        </VisuallyHidden>
      </Modal.Content>
    </Modal.Root>
  )
}
