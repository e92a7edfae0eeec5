import { sessionApi } from '@capstan/contract/session'
import { Stack, Tabs } from '@mantine/core'
import { getRouteApi } from '@tanstack/react-router'
import { query } from '../api/call.ts'
import { DetailsDrawer } from '../ui/DetailsDrawer.tsx'
import { useWords } from '../words/words.tsx'
import { SessionContainers } from './SessionContainers.tsx'
import { SessionHead } from './SessionHead.tsx'
import { SessionHistory } from './SessionHistory.tsx'
import { SessionLog } from './SessionLog.tsx'
import { SessionOverview } from './SessionOverview.tsx'

const route = getRouteApi('/signed-in/shell/sessions/$sessionId')
const tabs = ['overview', 'log', 'containers', 'history'] as const

type Tab = (typeof tabs)[number]

/** One session, at the right of the list (SES-03). */
export function SessionDrawer() {
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
        void navigate({ to: '/sessions', search: before => ({ ...before, tab: undefined }) })
      }}
    />
  )
}

/** All about one session, in a drawer of whatever lists it. */
export function SessionDetailsDrawer({
  id,
  tab = 'overview',
  onTab,
  onClose,
}: {
  id: string
  tab: Tab | undefined
  onTab: (tab: Tab) => void
  onClose: () => void
}) {
  const { w } = useWords()
  const choose = (value: string | null): void => {
    const chosen = tabs.find(each => each === value)
    if (chosen) onTab(chosen)
  }
  return (
    <DetailsDrawer
      query={query(sessionApi.show, { id })}
      title={session => session?.name ?? w.common.loading}
      onClose={onClose}
    >
      {session => (
        // What is entered about one session is not for another one that a link leads to.
        <Stack gap="lg" key={session.id}>
          <SessionHead session={session} />
          <Tabs value={tab} onChange={choose} keepMounted={false}>
            <Tabs.List>
              {tabs.map(each => (
                <Tabs.Tab key={each} value={each}>
                  {w.session.tabs[each]}
                </Tabs.Tab>
              ))}
            </Tabs.List>
            <Tabs.Panel value="overview" pt="md">
              <SessionOverview session={session} />
            </Tabs.Panel>
            <Tabs.Panel value="log" pt="md">
              <SessionLog session={session} />
            </Tabs.Panel>
            <Tabs.Panel value="containers" pt="md">
              <SessionContainers session={session} />
            </Tabs.Panel>
            <Tabs.Panel value="history" pt="md">
              <SessionHistory session={session} />
            </Tabs.Panel>
          </Tabs>
        </Stack>
      )}
    </DetailsDrawer>
  )
}
