import type { User } from '@capstan/contract/user'
import { Button, Menu } from '@mantine/core'
import { IconChevronDown } from '@tabler/icons-react'
import { lazy, Suspense, useState } from 'react'
import type { Selection } from '../ui/BulkBar.tsx'
import { usePageWords } from '../words/page-words.ts'
import type { ManyUserAction } from './ManyUserDialog.tsx'

const ManyUserDialog = lazy(async () => ({
  default: (await import('./ManyUserDialog.tsx')).ManyUserDialog,
}))

const actions = [
  'activate',
  'deactivate',
  'setPolicy',
  'setRole',
  'join',
  'leave',
  'requireChange',
] as const satisfies readonly ManyUserAction[]

/** What can be done with the users that were picked, or with all that match (PLS-02). */
export function ManyUserActions({
  selection,
  filter,
}: {
  selection: Selection<User>
  /** What the list was asked for. */
  filter: object
}) {
  const { w } = usePageWords()
  const [action, setAction] = useState<ManyUserAction>()
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
          <ManyUserDialog
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
