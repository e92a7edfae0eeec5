import { Group, Text, Title } from '@mantine/core'
import { type ReactNode, useEffect } from 'react'
import { useWords } from '../words/words.tsx'

/** Title and one-line purpose of a page, its main action at the right. */
export function PageHeader({
  title,
  purpose,
  action,
}: {
  title: string
  purpose?: string
  action?: ReactNode
}) {
  const { w } = useWords()
  useEffect(() => {
    document.title = `${title} · ${w.product}`
  }, [title, w])
  return (
    <Group justify="space-between" align="flex-start" mb="md" gap="sm">
      <div>
        <Title order={1}>{title}</Title>
        {purpose && (
          <Text c="dimmed" size="sm">
            {purpose}
          </Text>
        )}
      </div>
      {action}
    </Group>
  )
}
