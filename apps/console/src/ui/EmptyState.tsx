import { Text, Title } from '@mantine/core'
import type { ReactNode } from 'react'
import './small.css'

/** What this is, why there is nothing of it, and one thing to do. */
export function EmptyState({
  icon,
  title,
  help,
  action,
}: {
  icon: ReactNode
  title: string
  help: string
  action?: ReactNode
}) {
  return (
    <div className="empty" role="status">
      <span aria-hidden style={{ color: 'var(--mantine-color-dimmed)' }}>
        {icon}
      </span>
      <Title order={2}>{title}</Title>
      <Text c="dimmed" size="sm" maw={460} mb={8}>
        {help}
      </Text>
      {action}
    </div>
  )
}
