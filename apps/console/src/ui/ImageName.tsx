import type { Session } from '@capstan/contract/session'
import { Tooltip } from '@mantine/core'
import { useWords } from '../words/words.tsx'

/** What something runs in: an image by its reference, or the node's own file system by a word. */
export function ImageName({ image }: Pick<Session, 'image'>) {
  const { w } = useWords()
  return (
    <Tooltip label={image.reference}>
      <div className="clip" style={{ maxWidth: 230 }}>
        {image.runtime === 'process' ? w.sessionForm.local : image.reference}
      </div>
    </Tooltip>
  )
}
