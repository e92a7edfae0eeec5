import { toRequest } from '@capstan/contract/client'
import { exportPath } from '@capstan/contract/export-path'
import {
  Button,
  Checkbox,
  Group,
  Modal,
  SegmentedControl,
  Stack,
  Text,
  TextInput,
} from '@mantine/core'
import { IconDownload } from '@tabler/icons-react'
import { useState } from 'react'
import { useWords } from '../words/words.tsx'
import { fileNameProblem, withExtension } from './file-name.ts'

/** A list, or some rows of it. */
export interface Exported {
  /** Path of its endpoint. */
  readonly path: `/${string}`
  /** What the endpoint was asked for. */
  readonly input: object
  /** What the list is called; the file is called after it. */
  readonly label: string
  /** Ids of the rows that were picked; without, all that the filters show. */
  readonly ids?: readonly string[]
}

const formats = ['csv', 'json'] as const
type ExportFormat = (typeof formats)[number]

/** Asks how a list is to be saved. The server sends it as it reads it: the browser keeps none of it. */
export function ExportDialog({ list, onClose }: { list: Exported; onClose: () => void }) {
  const { w } = useWords()
  const [format, setFormat] = useState<ExportFormat>('csv')
  const [stem, setStem] = useState(() => `${list.label} ${today()}`)
  const [hasMark, setMark] = useState(true)
  const fileName = withExtension(stem, format)
  const problem = fileNameProblem(fileName, w)
  return (
    <Modal
      opened
      onClose={onClose}
      title={w.table.exportTitle(list.label)}
      closeButtonProps={{ 'aria-label': w.common.close }}
    >
      <Stack gap="md">
        <Text size="sm">
          {list.ids ? w.table.exportPicked(list.ids.length) : w.table.exportAll}
        </Text>
        <SegmentedControl
          aria-label={w.table.exportFormat}
          value={format}
          data={formats.map(value => ({ value, label: value.toUpperCase() }))}
          onChange={setFormat}
        />
        <TextInput
          label={w.table.fileName}
          data-autofocus
          value={stem}
          error={problem}
          rightSection={<Text size="sm">.{format}</Text>}
          rightSectionWidth={56}
          onChange={event => {
            setStem(event.currentTarget.value)
          }}
        />
        {format === 'csv' && (
          <Checkbox
            label={w.table.exportMark}
            checked={hasMark}
            onChange={event => {
              setMark(event.currentTarget.checked)
            }}
          />
        )}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {w.common.cancel}
          </Button>
          <Button
            component="a"
            leftSection={<IconDownload size={16} aria-hidden />}
            {...(problem === undefined
              ? {
                  href: addressOf(list, { format, fileName, bom: format === 'csv' && hasMark }),
                  download: true,
                }
              : { 'data-disabled': true, 'aria-disabled': true })}
            onClick={() => {
              // In the next turn: the link must still be there when the browser follows it.
              if (problem === undefined) setTimeout(onClose)
            }}
          >
            {w.table.exportSave}
          </Button>
        </Group>
      </Stack>
    </Modal>
  )
}

interface Asked {
  readonly format: ExportFormat
  readonly fileName: string
  readonly bom: boolean
}

function addressOf({ path, input, ids }: Exported, asked: Asked): string {
  // Whatever else a list is asked for is a filter or its order.
  const { limit: _, cursor: __, ...filters } = input as { limit?: unknown; cursor?: unknown }
  const endpoint = { method: 'GET', path: exportPath(path) } as const
  return toRequest(endpoint, { ...filters, ...asked, ...(ids && { ids: [...ids] }) }).target
}

/** Here, not in Greenwich: Swedes write dates as ISO 8601 does. */
const today = (): string => new Date().toLocaleDateString('sv-SE')
