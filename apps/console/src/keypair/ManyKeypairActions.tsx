import type { Keypair } from '@capstan/contract/keypair'
import { Button, Menu } from '@mantine/core'
import { IconChevronDown } from '@tabler/icons-react'
import { lazy, Suspense, useState } from 'react'
import type { Selection } from '../ui/BulkBar.tsx'
import { usePageWords } from '../words/page-words.ts'
import type { ManyKeypairAction } from './ManyKeypairDialog.tsx'

const ManyKeypairDialog = lazy(async () => ({
  default: (await import('./ManyKeypairDialog.tsx')).ManyKeypairDialog,
}))

const actions = [
  'activate',
  'deactivate',
  'setPolicy',
  'setRate',
  'remove',
] as const satisfies readonly ManyKeypairAction[]

/** What can be done with the keypairs that were picked, or with all that match (PLS-02). */
export function ManyKeypairActions({
  selection,
  filter,
}: {
  selection: Selection<Keypair>
  filter: object
}) {
  const { w } = usePageWords()
  const [action, setAction] = useState<ManyKeypairAction>()
  return (
    <>
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
                setAction(each)
              }}
            >
              {w.many[each]}
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
      {action && (
        <Suspense>
          <ManyKeypairDialog
            action={action}
            selection={selection}
            filter={filter}
            onClose={() => {
              setAction(undefined)
            }}
          />
        </Suspense>
      )}
    </>
  )
}
