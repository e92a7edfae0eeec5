import { ActionIcon, Kbd, UnstyledButton } from '@mantine/core'
import { useHotkeys } from '@mantine/hooks'
import { IconSearch } from '@tabler/icons-react'
import { lazy, Suspense, useState } from 'react'
import { modKey } from '../ui/mod-key.ts'
import { useWords } from '../words/words.tsx'

const SearchPalette = lazy(async () => ({
  default: (await import('../search/SearchPalette.tsx')).SearchPalette,
}))

/** Opens the search, as Ctrl+K does wherever one is, also in a field. */
export function SearchButton({ isNarrow }: { isNarrow: boolean }) {
  const { w } = useWords()
  const [isOpen, setOpen] = useState(false)
  const open = (): void => {
    setOpen(true)
  }
  useHotkeys([['mod+K', open]], [])
  return (
    <>
      {isNarrow ? (
        <ActionIcon
          variant="subtle"
          color="gray"
          size="lg"
          aria-label={w.shell.search}
          onClick={open}
        >
          <IconSearch size={18} />
        </ActionIcon>
      ) : (
        <UnstyledButton className="search-button" onClick={open}>
          <IconSearch size={16} aria-hidden />
          <span>{w.shell.search}</span>
          <Kbd size="xs" aria-hidden>
            {modKey} K
          </Kbd>
        </UnstyledButton>
      )}
      {isOpen && (
        <Suspense>
          <SearchPalette
            onClose={() => {
              setOpen(false)
            }}
          />
        </Suspense>
      )}
    </>
  )
}
