import type { GivenDevice } from '@capstan/contract/device'
import { useNavigate } from '@tanstack/react-router'
import type { CSSProperties } from 'react'
import { usePageWords } from '../words/page-words.ts'
import { deviceText } from './device-words.ts'

/**
 * A mark for each device of a machine, filled as far as it is given out: free ones are hollow. Each says what it is in words,
 * leads to its machine, and is reached with the arrow keys (`moveThroughMarks`).
 */
export function DeviceMarks({ devices }: { devices: readonly GivenDevice[] }) {
  const { w, f } = usePageWords()
  const navigate = useNavigate()
  return (
    <div className="marks">
      {devices.map(device => {
        const ratio = device.capacity > 0 ? Math.min(device.used / device.capacity, 1) : 0
        const text = deviceText(device, w, f)
        return (
          <button
            key={device.id}
            type="button"
            className="mark"
            tabIndex={-1}
            aria-label={text.join('. ')}
            data-mark={text.join('\n')}
            data-used={ratio > 0 || undefined}
            // A custom property, which the type of style objects does not know.
            style={{ '--given': ratio } as CSSProperties}
            onClick={() => {
              void navigate({ to: '/agents/$agentId', params: { agentId: device.agentId } })
            }}
          />
        )
      })}
    </div>
  )
}
