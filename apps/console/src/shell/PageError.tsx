import { Container } from '@mantine/core'
import { IconLock, IconMapPinOff } from '@tabler/icons-react'
import { type ErrorComponentProps, useRouter } from '@tanstack/react-router'
import { EmptyState } from '../ui/EmptyState.tsx'
import { ErrorPanel } from '../ui/ErrorPanel.tsx'
import { useWords } from '../words/words.tsx'
import { TextLink } from '../ui/links.tsx'

/** How the browsers say that a part of the console did not arrive. */
const notLoaded = /dynamically imported module|Importing a module script failed/

/** A page that failed as a whole: says so, and tries again. */
export function PageError({ error, reset }: ErrorComponentProps) {
  const router = useRouter()
  return (
    <Container size="sm" py="xl">
      <ErrorPanel
        error={error}
        onRetry={() => {
          // The browser does not ask for the same script twice on one page.
          if (error instanceof Error && notLoaded.test(error.message)) {
            window.location.reload()
            return
          }
          reset()
          void router.invalidate()
        }}
      />
    </Container>
  )
}

export function NotFound() {
  const { w } = useWords()
  return (
    <EmptyState
      icon={<IconMapPinOff size={36} />}
      title={w.error.notFound}
      help={w.error.notFoundHelp}
      action={<TextLink to="/">{w.error.toStart}</TextLink>}
    />
  )
}

/** A page that this account may not see (ACC-03). */
export function Forbidden() {
  const { w } = useWords()
  return (
    <EmptyState
      icon={<IconLock size={36} />}
      title={w.error.forbidden}
      help={w.error.forbiddenHelp}
      action={<TextLink to="/">{w.error.toStart}</TextLink>}
    />
  )
}
