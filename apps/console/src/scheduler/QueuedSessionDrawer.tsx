import { getRouteApi } from '@tanstack/react-router'
import { SessionDetailsDrawer } from '../session/SessionDrawer.tsx'

const route = getRouteApi('/signed-in/shell/scheduler/$sessionId')

/** A session that waits, as the list of sessions shows it (SCH-02). */
export function QueuedSessionDrawer() {
  const { sessionId } = route.useParams()
  const { tab } = route.useSearch()
  const navigate = route.useNavigate()
  return (
    <SessionDetailsDrawer
      id={sessionId}
      tab={tab}
      onTab={chosen => {
        void navigate({ search: before => ({ ...before, tab: chosen }), replace: true })
      }}
      onClose={() => {
        void navigate({ to: '/scheduler', search: before => ({ ...before, tab: undefined }) })
      }}
    />
  )
}
