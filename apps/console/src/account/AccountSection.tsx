import { Paper, Text, Title } from '@mantine/core'
import { type ReactNode, useId } from 'react'

/** One part of the account page, under its heading. */
export function AccountSection({
  id,
  title,
  text,
  children,
}: {
  /** To be linked to. */
  id: string
  title: string
  text: string
  children: ReactNode
}) {
  const heading = useId()
  return (
    <Paper component="section" id={id} aria-labelledby={heading} className="surface" p="lg">
      <Title order={2} id={heading}>
        {title}
      </Title>
      <Text size="sm" c="dimmed" mb="md">
        {text}
      </Text>
      {children}
    </Paper>
  )
}
