import { keypairApi } from '@capstan/contract/keypair'
import { userApi, type UserDetails } from '@capstan/contract/user'
import { Group, Skeleton, Stack, Text, Title } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { query } from '../api/call.ts'
import { ActivityBadge } from '../ui/ActivityBadge.tsx'
import { CopyableId } from '../ui/CopyableId.tsx'
import { DetailsDrawer } from '../ui/DetailsDrawer.tsx'
import { ErrorPanel } from '../ui/ErrorPanel.tsx'
import { ButtonLink, TextLink } from '../ui/links.tsx'
import { Properties } from '../ui/Properties.tsx'
import { RelativeTime } from '../ui/RelativeTime.tsx'
import { usePageWords } from '../words/page-words.ts'
import { ActivityButton } from './ActivityButton.tsx'
import { UserBadge } from './user.columns.tsx'

const route = getRouteApi('/signed-in/shell/users/$userId')

/** One person: the whole record, their projects and keypairs (USR-06). */
export function UserDrawer() {
  const { userId } = route.useParams()
  const navigate = route.useNavigate()
  return (
    <DetailsDrawer
      query={query(userApi.show, { id: userId })}
      title={user => user?.email ?? ''}
      onClose={() => {
        void navigate({ to: '/users', search: true })
      }}
    >
      {user => <Details user={user} />}
    </DetailsDrawer>
  )
}

function Details({ user }: { user: UserDetails }) {
  const { w, f } = usePageWords()
  const yesNo = (value: boolean): string => (value ? w.common.yes : w.common.no)
  return (
    <Stack gap="xl">
      <Group justify="space-between">
        <UserBadge status={user.status} />
        <Group gap="xs">
          <ButtonLink
            to="/users/$userId/edit"
            params={{ userId: user.id }}
            search={true}
            size="xs"
            variant="default"
          >
            {w.user.edit}
          </ButtonLink>
          <ActivityButton user={user} />
        </Group>
      </Group>
      <Properties
        items={[
          { label: w.user.column.name, value: user.name },
          { label: w.user.column.fullName, value: user.fullName || '–' },
          { label: w.user.column.role, value: w.user.role[user.role] },
          {
            label: w.user.column.domain,
            value: (
              <TextLink to="/domains/$name" params={{ name: user.domainName }} size="sm">
                {user.domainName}
              </TextLink>
            ),
          },
          {
            label: w.user.column.policy,
            value: (
              <TextLink
                to="/policies/$kind/$name"
                params={{ kind: 'user', name: user.policy }}
                size="sm"
              >
                {user.policy}
              </TextLink>
            ),
          },
          { label: w.user.live, value: f.number(user.liveSessionCount) },
          { label: w.user.sudo, value: yesNo(user.isSudoEnabled) },
          { label: w.user.changeRequired, value: yesNo(user.isPasswordChangeRequired) },
          { label: w.user.totp, value: yesNo(user.isTotpEnabled) },
          { label: w.user.column.created, value: <RelativeTime at={user.createdAt} /> },
          { label: w.user.modified, value: <RelativeTime at={user.modifiedAt} /> },
          { label: 'ID', value: <CopyableId id={user.id} /> },
          { label: w.user.column.description, value: user.description || '–', isWide: true },
        ]}
      />
      <section aria-label={w.user.projects}>
        <Title order={2} mb="sm">
          {w.user.projects}
        </Title>
        {user.projects.length === 0 && <Text size="sm">–</Text>}
        <Group gap="md">
          {user.projects.map(project => (
            <TextLink
              key={project.id}
              to="/projects/$projectId"
              params={{ projectId: project.id }}
              size="sm"
            >
              {project.name}
            </TextLink>
          ))}
        </Group>
      </section>
      <Keypairs userId={user.id} />
    </Stack>
  )
}

function Keypairs({ userId }: { userId: string }) {
  const { w } = usePageWords()
  const answer = useQuery(query(keypairApi.list, { userId, limit: 200 }))
  return (
    <section aria-label={w.user.keypairs}>
      <Group justify="space-between" mb="sm">
        <Title order={2}>{w.user.keypairs}</Title>
        <ButtonLink to="/credentials/new" search={{ user: userId }} size="xs" variant="default">
          {w.keypair.add}
        </ButtonLink>
      </Group>
      {answer.error && !answer.data && <ErrorPanel error={answer.error} />}
      {answer.isPending && <Skeleton h={40} />}
      <ul className="plain-list">
        {answer.data?.items.map(keypair => (
          <li key={keypair.accessKey}>
            <TextLink
              to="/credentials/$accessKey"
              params={{ accessKey: keypair.accessKey }}
              size="sm"
              ff="monospace"
            >
              {keypair.accessKey}
            </TextLink>
            <ActivityBadge isActive={keypair.isActive} />
            {keypair.isMain && (
              <Text size="sm" span>
                {w.user.main}
              </Text>
            )}
            <Text size="sm" c="dimmed" span>
              {keypair.policy}
            </Text>
          </li>
        ))}
      </ul>
    </section>
  )
}
