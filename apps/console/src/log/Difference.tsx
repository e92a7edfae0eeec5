import type { Operation } from '@capstan/contract/operation'
import { derived } from '@capstan/core/undo'
import { Title } from '@mantine/core'
import { fieldLabel, fieldValue } from '../ui/field-words.ts'
import { usePageWords } from '../words/page-words.ts'
import './Difference.css'

type Fields = Readonly<Record<string, unknown>>

const namesIn = (...all: readonly (Fields | null)[]): string[] =>
  [...new Set(all.flatMap(fields => Object.keys(fields ?? {})))].filter(name => !derived.has(name))

/** What an operation changed, field by field: what was beside what is; of what is new or gone, what it is or was. */
export function Difference({ operation: { before, after } }: { operation: Operation }) {
  const { w } = usePageWords()
  const names = namesIn(before, after)
  if (names.length === 0) return null
  const title = before && after ? w.log.changes : after ? w.log.given : w.log.was
  return (
    <section aria-label={title}>
      <Title order={2} mb="sm">
        {title}
      </Title>
      <div className="difference-scroll" tabIndex={0} role="region" aria-label={title}>
        <table className="difference">
          <thead>
            <tr>
              <th scope="col">{w.log.field}</th>
              {before && <th scope="col">{w.log.before}</th>}
              {after && <th scope="col">{w.log.after}</th>}
            </tr>
          </thead>
          <tbody>
            {names.map(name => (
              <tr key={name}>
                <th scope="row">{fieldLabel(name, w)}</th>
                {before && <Value name={name} fields={before} kind="before" />}
                {after && <Value name={name} fields={after} kind="after" />}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  )
}

function Value({ name, fields, kind }: { name: string; fields: Fields; kind: 'before' | 'after' }) {
  const { w, f } = usePageWords()
  const text = fieldValue(name, fields[name], w, f)
  return (
    <td data-kind={kind} className="preserve">
      {text}
    </td>
  )
}
