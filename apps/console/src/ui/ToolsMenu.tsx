import { Button, Menu } from '@mantine/core'
import { IconChevronDown, IconDownload } from '@tabler/icons-react'
import { lazy, type ReactNode, Suspense, useState } from 'react'
import { useWords } from '../words/words.tsx'
import type { Exported } from './ExportDialog.tsx'

const ExportDialog = lazy(async () => ({
  default: (await import('./ExportDialog.tsx')).ExportDialog,
}))

/** What can be done with a list as a whole: have it as a file (PLS-04), and what its page adds. */
export function ToolsMenu({ list, children }: { list: Exported; children?: ReactNode }) {
  const { w } = useWords()
  const [isExporting, setExporting] = useState(false)
  return (
    <>
      <Menu position="bottom-end">
        <Menu.Target>
          <Button
            size="sm"
            variant="default"
            ml="auto"
            rightSection={<IconChevronDown size={14} aria-hidden />}
          >
            {w.table.tools}
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item
            leftSection={<IconDownload size={16} aria-hidden />}
            onClick={() => {
              setExporting(true)
            }}
          >
            {w.table.export}
          </Menu.Item>
          {children}
        </Menu.Dropdown>
      </Menu>
      {isExporting && (
        <Suspense>
          <ExportDialog
            list={list}
            onClose={() => {
              setExporting(false)
            }}
          />
        </Suspense>
      )}
    </>
  )
}

/** The same for the rows that were picked. */
export function ExportPicked({ list }: { list: Exported }) {
  const { w } = useWords()
  const [isExporting, setExporting] = useState(false)
  return (
    <>
      <Button
        size="xs"
        variant="default"
        leftSection={<IconDownload size={14} aria-hidden />}
        onClick={() => {
          setExporting(true)
        }}
      >
        {w.table.export}
      </Button>
      {isExporting && (
        <Suspense>
          <ExportDialog
            list={list}
            onClose={() => {
              setExporting(false)
            }}
          />
        </Suspense>
      )}
    </>
  )
}
