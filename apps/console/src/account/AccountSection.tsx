import { Paper, Text, Title } from '@mantine/core'
import { useLocation } from '@tanstack/react-router'
import { type ReactNode, useEffect, useId, useRef } from 'react'

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
  const section = useRef<HTMLElement>(null)
  const isLinkedTo = useLocation({ select: location => location.hash === id })
  // The page comes after the link was followed, so the browser finds nothing to scroll to at first.
  useEffect(() => {
    if (isLinkedTo) section.current?.scrollIntoView()
  }, [isLinkedTo])
  return (
    <Paper
      component="section"
      ref={section}
      id={id}
      aria-labelledby={heading}
      className="surface"
      p="lg"
    >
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
