import { ActionIcon, Code, CopyButton, Group, Tooltip } from '@mantine/core'
import { IconCheck, IconCopy, IconEye, IconEyeOff } from '@tabler/icons-react'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { useWords } from '../words/words.tsx'
import { toastError } from './toast.ts'

/** A secret, dotted until it is asked for; read from the server only then. */
export function Secret({ label, reveal }: { label: string; reveal: () => Promise<string> }) {
  const { w } = useWords()
  const [isShown, setShown] = useState(false)
  const read = useMutation({ mutationFn: reveal, onError: toastError })
  const show = (): void => {
    if (read.data === undefined) read.mutate()
    setShown(!isShown)
  }
  const isOpen = isShown && read.data !== undefined
  const name = isOpen ? w.common.hide : w.common.show
  return (
    <Group gap={4} wrap="nowrap">
      <Code style={{ overflowWrap: 'anywhere' }}>{isOpen ? read.data : '••••••••••••••••'}</Code>
      <Tooltip label={name}>
        <ActionIcon
          variant="subtle"
          color="gray"
          aria-label={`${name}: ${label}`}
          loading={read.isPending}
          onClick={show}
        >
          {isOpen ? <IconEyeOff size={16} /> : <IconEye size={16} />}
        </ActionIcon>
      </Tooltip>
      {isOpen && (
        <CopyButton value={read.data}>
          {({ copied, copy }) => (
            <Tooltip label={copied ? w.common.copied : w.common.copy}>
              <ActionIcon
                variant="subtle"
                color="gray"
                aria-label={`${w.common.copy}: ${label}`}
                onClick={copy}
              >
                {copied ? <IconCheck size={16} /> : <IconCopy size={16} />}
              </ActionIcon>
            </Tooltip>
          )}
        </CopyButton>
      )}
    </Group>
  )
}
