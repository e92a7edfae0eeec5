import { Tooltip, UnstyledButton, VisuallyHidden } from '@mantine/core'
import { IconCheck, IconCopy } from '@tabler/icons-react'
import { useState } from 'react'
import { useWords } from '../words/words.tsx'
import { copyText } from './clipboard.ts'
import { shorten } from './shorten.ts'
import './small.css'

/** An identifier, shortened in the middle; a click copies all of it. */
export function CopyableId({ id }: { id: string }) {
  const { w } = useWords()
  const [isCopied, setCopied] = useState(false)
  const copy = async (): Promise<void> => {
    await copyText(id)
    setCopied(true)
    setTimeout(() => {
      setCopied(false)
    }, 1500)
  }
  return (
    <Tooltip label={isCopied ? w.common.copied : id}>
      <UnstyledButton className="copyable" onClick={() => void copy()}>
        <VisuallyHidden>{w.common.copy} </VisuallyHidden>
        <span className="clip">{shorten(id)}</span>
        {isCopied ? <IconCheck size={14} aria-hidden /> : <IconCopy size={14} aria-hidden />}
      </UnstyledButton>
    </Tooltip>
  )
}
