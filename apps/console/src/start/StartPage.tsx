import { systemApi } from '@capstan/contract/system'
import { Skeleton, Stack } from '@mantine/core'
import { IconPlus } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useMay } from '../api/account.ts'
import { query } from '../api/call.ts'
import { ErrorPanel } from '../ui/ErrorPanel.tsx'
import { PageHeader } from '../ui/PageHeader.tsx'
import { useWords } from '../words/words.tsx'
import { ImageTasks } from './ImageTasks.tsx'
import { Machines } from './Machines.tsx'
import { RecentSessions } from './RecentSessions.tsx'
import { SetupSteps } from './SetupSteps.tsx'
import { ButtonLink } from '../ui/links.tsx'
import './StartPage.css'

/** What is next: for a newcomer the way to a first session, for everybody else what runs. */
export function StartPage() {
  const { w } = useWords()
  const may = useMay()
  const setup = useQuery(query(systemApi.setup, {}))
  const isNew = setup.data?.mySessions === 0
  return (
    <Stack gap="lg" className="start">
      <PageHeader
        title={isNew ? w.start.welcome : w.start.title}
        purpose={isNew ? w.start.welcomeText : w.start.purpose}
        action={
          <ButtonLink to="/sessions/new" size="md" leftSection={<IconPlus size={18} aria-hidden />}>
            {w.start.startSession}
          </ButtonLink>
        }
      />
      {setup.isPending && <Skeleton h={220} />}
      {setup.error && !setup.data && (
        <ErrorPanel
          error={setup.error}
          onRetry={() => {
            void setup.refetch()
          }}
        />
      )}
      {setup.data && <SetupSteps setup={setup.data} />}
      {may('image.install') && <ImageTasks />}
      <RecentSessions />
      {may('agent.read') && <Machines />}
    </Stack>
  )
}
