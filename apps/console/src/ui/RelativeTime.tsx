import { Tooltip } from '@mantine/core'
import { useWords } from '../words/words.tsx'
import { useNow } from './now.ts'

/** `5 minutes ago`, exact on hover and for those who read by machine. */
export function RelativeTime({ at }: { at: string | null }) {
  const { f } = useWords()
  const now = useNow()
  if (at === null) return <>–</>
  const date = new Date(at)
  // A server's clock a moment ahead of ours must not put things into the future.
  const shown =
    date.getTime() > now.getTime() && date.getTime() - now.getTime() < 60_000 ? now : date
  return (
    <Tooltip label={f.dateTime(date)}>
      <time dateTime={at} style={{ whiteSpace: 'nowrap' }}>
        {f.relative(shown, now)}
      </time>
    </Tooltip>
  )
}
