import { Alert } from '@mantine/core'
import type { CSSProperties, ReactNode } from 'react'
import type { Tone } from './StatusBadge.tsx'
import './small.css'

/** Something to know about what is around it: quiet, with an edge in the colour of its kind. */
export function Notice({
  tone,
  title,
  icon,
  role = 'status',
  children,
}: {
  tone: Tone
  title?: string
  icon?: ReactNode
  role?: 'status' | 'alert' | 'group'
  children?: ReactNode
}) {
  // A custom property, which the type of style objects does not know.
  const style = { '--tone': `var(--capstan-${tone})` } as CSSProperties
  return (
    <Alert className="notice" role={role} title={title} icon={icon} style={style}>
      {children}
    </Alert>
  )
}
