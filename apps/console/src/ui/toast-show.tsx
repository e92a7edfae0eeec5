import { MantineThemeProvider } from '@mantine/core'
import { useMediaQuery } from '@mantine/hooks'
import { Notifications, notifications } from '@mantine/notifications'
import '@mantine/notifications/styles.layer.css'
import { lazy, type ReactNode, Suspense } from 'react'
import { useWords } from '../words/words.tsx'
import { ErrorPanel } from './ErrorPanel.tsx'

/** Long enough to read, and to change one's mind. */
const undoMs = 20_000

/** `requestId`: of what was done, where that may be undone. */
const ToastUndo = lazy(async () => ({
  default: (await import('../log/ToastUndo.tsx')).ToastUndo,
}))

export function showDone(message: ReactNode, requestId?: string): void {
  const id = crypto.randomUUID()
  const hide = (): void => {
    notifications.hide(id)
  }
  notifications.show({
    id,
    // Said once, when there is time for it; what fails interrupts.
    role: 'status',
    message: requestId ? (
      <>
        {message}
        <Suspense>
          <ToastUndo requestId={requestId} onUndone={hide} />
        </Suspense>
      </>
    ) : (
      message
    ),
    color: 'sea',
    autoClose: requestId ? undoMs : 6000,
    withBorder: true,
  })
}

export function showError(error: unknown): void {
  notifications.show({
    role: 'alert',
    // The toast is the alert: one in it would be read out again.
    message: <ErrorPanel error={error} role="group" />,
    color: 'red',
    withBorder: true,
    autoClose: false,
  })
}

/** Where toasts appear: not over the buttons of a form, which stand at the right and, on a phone, at the bottom. */
export function Toasts() {
  const { w } = useWords()
  const isNarrow = useMediaQuery('(max-width: 48em)') ?? false
  const close = { 'aria-label': w.common.close }
  return (
    <MantineThemeProvider
      theme={{ components: { Notification: { defaultProps: { closeButtonProps: close } } } }}
    >
      <Notifications position={isNarrow ? 'top-center' : 'bottom-center'} />
    </MantineThemeProvider>
  )
}
