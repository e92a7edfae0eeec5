import { Button, Group, Text } from '@mantine/core'
import { IconAlertTriangle, IconRefresh } from '@tabler/icons-react'
import { useWords } from '../words/words.tsx'
import { CopyableId } from './CopyableId.tsx'
import { describeError } from './describe-error.ts'
import { Notice } from './Notice.tsx'

/** What failed, why, the request's id for whoever is asked about it, and another try. */
export function ErrorPanel({
  error,
  title,
  role = 'alert',
  onRetry,
}: {
  error: unknown
  title?: string
  /** A group where what is around it is read out already. */
  role?: 'alert' | 'group'
  onRetry?: () => void
}) {
  const { w, f } = useWords()
  const described = describeError(error, w, f)
  return (
    <Notice
      tone="bad"
      role={role}
      title={title ?? described.title}
      icon={<IconAlertTriangle aria-hidden />}
    >
      {title !== undefined && <Text size="sm">{described.title}</Text>}
      {described.detail && (
        <Text size="sm" className="preserve">
          {described.detail}
        </Text>
      )}
      {(described.requestId ?? onRetry) && (
        <Group mt="xs" gap="md">
          {onRetry && (
            <Button
              size="compact-sm"
              variant="default"
              leftSection={<IconRefresh size={14} aria-hidden />}
              onClick={onRetry}
            >
              {w.common.retry}
            </Button>
          )}
          {described.requestId && (
            <Text size="sm" component="span">
              {w.error.requestId} <CopyableId id={described.requestId} />
            </Text>
          )}
        </Group>
      )}
    </Notice>
  )
}
