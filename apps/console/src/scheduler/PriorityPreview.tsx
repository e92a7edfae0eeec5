import type { schedulerApi } from '@capstan/contract/scheduler'
import type * as z from 'zod'
import '../ui/plain-table.css'
import { usePageWords } from '../words/page-words.ts'
import { reasonText } from '../words/reason.ts'
import { fateText } from './fate-words.ts'

export type Previewed = z.output<typeof schedulerApi.previewPriority.output>['items'][number]

/** Where sessions stand, and where they would with another priority. */
export function PriorityPreview({
  items,
  priority,
  isStale,
}: {
  items: readonly Previewed[]
  /** Undefined while none stands in the field. */
  priority: number | undefined
  /** What is shown is of an earlier number: the next is on its way. */
  isStale: boolean
}) {
  const { w, f } = usePageWords()
  return (
    <div
      className="plain-scroll"
      tabIndex={0}
      role="region"
      aria-label={w.scheduler.priority.preview}
      aria-live="polite"
      aria-busy={isStale}
      style={{ maxHeight: 320, overflowY: 'auto' }}
    >
      <table className="plain-table">
        <thead>
          <tr>
            <th scope="col">{w.session.column.name}</th>
            <th scope="col">{w.session.column.priority}</th>
            <th scope="col">{w.scheduler.now}</th>
            <th scope="col">{w.scheduler.changed}</th>
          </tr>
        </thead>
        <tbody>
          {items.map(({ id, name, userEmail, priority: present, now, changed }) => (
            <tr key={id}>
              <th scope="row">
                {name}
                <div className="cell-note clip">{userEmail}</div>
              </th>
              <td>
                {priority === undefined || priority === present
                  ? present
                  : `${present} → ${priority}`}
              </td>
              <td>{fateText(now, w)}</td>
              <td title={reasonText(changed.reason, f)}>{fateText(changed, w)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
