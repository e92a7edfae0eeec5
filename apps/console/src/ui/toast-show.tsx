import { Notifications, notifications } from '@mantine/notifications'
import '@mantine/notifications/styles.layer.css'
import type { ReactNode } from 'react'
import { ErrorPanel } from './ErrorPanel.tsx'

export function showDone(message: ReactNode): void {
  notifications.show({ message, color: 'sea', autoClose: 6000, withBorder: true })
}

export function showError(error: unknown): void {
  notifications.show({
    message: <ErrorPanel error={error} />,
    color: 'red',
    withBorder: true,
    autoClose: false,
  })
}

/** Where toasts appear. */
export function Toasts() {
  return <Notifications position="bottom-right" />
}
