import { IconPlugConnectedX } from '@tabler/icons-react'
import { type Live, useConnection } from '../api/live.ts'
import { useWords } from '../words/words.tsx'
import './shell.css'

/** Over everything, while changes on the server do not reach this page. */
export function ConnectionBar({ live }: { live: Live }) {
  const { w, f } = useWords()
  const connection = useConnection(live)
  return (
    <div role="status" aria-live="polite">
      {connection.status === 'lost' && (
        <div className="top-bar">
          <IconPlugConnectedX size={16} aria-hidden /> {w.connection.lost(f.time(connection.since))}
        </div>
      )}
    </div>
  )
}
