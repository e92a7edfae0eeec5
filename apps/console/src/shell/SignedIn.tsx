import { getRouteApi, Outlet } from '@tanstack/react-router'
import { useEffect } from 'react'
import { ConnectionBar } from './ConnectionBar.tsx'
import { PasswordBar } from './PasswordBar.tsx'
import { LazyToasts } from './LazyToasts.tsx'
import { ProjectProvider } from './project.tsx'

const route = getRouteApi('/signed-in')

/** What all pages behind the sign-in share: the event stream, and the project in view. */
export function SignedIn() {
  const { live } = route.useRouteContext()
  useEffect(() => live.start(), [live])
  return (
    <ProjectProvider>
      <PasswordBar />
      <ConnectionBar live={live} />
      <Outlet />
      <LazyToasts />
    </ProjectProvider>
  )
}
