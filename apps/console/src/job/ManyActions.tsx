import { Button, Menu } from '@mantine/core'
import { IconChevronDown } from '@tabler/icons-react'
import type { ManyKeypairAction } from '../keypair/keypair.actions.ts'
import type { Selection } from '../ui/BulkBar.tsx'
import type { ManyUserAction } from '../user/user.actions.ts'
import { usePageWords } from '../words/page-words.ts'
import type { ManyChange } from './useManyChange.ts'

/** What can be done with the rows that were picked, or with all that match (PLS-02). */
export function ManyActions<A extends ManyUserAction | ManyKeypairAction, T>({
  actions,
  change,
  selection,
  idOf,
}: {
  actions: readonly A[]
  change: ManyChange<A>
  selection: Selection<T>
  idOf: (row: T) => string
}) {
  const { w } = usePageWords()
  return (
    <Menu>
      <Menu.Target>
        <Button size="xs" rightSection={<IconChevronDown size={14} aria-hidden />}>
          {w.many.change}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {actions.map(each => (
          <Menu.Item
            key={each}
            onClick={() => {
              change.begin(each, selection, selection.rows.map(idOf))
            }}
          >
            {w.many[each]}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  )
}
