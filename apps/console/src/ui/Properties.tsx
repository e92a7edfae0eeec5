import type { ReactNode } from 'react'
import './small.css'

export interface Property {
  readonly label: string
  readonly value: ReactNode
  /** Takes a whole row. */
  readonly isWide?: boolean
}

/** Names and values in two columns, or one where there is no room. */
export function Properties({ items }: { items: readonly Property[] }) {
  return (
    <dl className="properties">
      {items.map(({ label, value, isWide }) => (
        <div key={label} data-wide={isWide || undefined}>
          <dt>{label}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  )
}
