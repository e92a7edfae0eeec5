import { type Keypair, keypairApi } from '@capstan/contract/keypair'
import { Button, Group, Stack, Tooltip } from '@mantine/core'
import { getRouteApi } from '@tanstack/react-router'
import { call, query } from '../api/call.ts'
import { ActivityBadge } from '../ui/ActivityBadge.tsx'
import { ConfirmPopover } from '../ui/ConfirmPopover.tsx'
import { CopyableId } from '../ui/CopyableId.tsx'
import { DetailsDrawer } from '../ui/DetailsDrawer.tsx'
import { ButtonLink, TextLink } from '../ui/links.tsx'
import { Properties } from '../ui/Properties.tsx'
import { RelativeTime } from '../ui/RelativeTime.tsx'
import { Secret } from '../ui/Secret.tsx'
import { usePageWords } from '../words/page-words.ts'
import { useActivityQuestion, useRemovalQuestion } from './keypair.questions.ts'
import { RateUse } from './keypair.columns.tsx'

const route = getRouteApi('/signed-in/shell/credentials/$accessKey')

/** One keypair; its secret only when asked for (KEY-03). */
export function KeypairDrawer() {
  const { accessKey } = route.useParams()
  const navigate = route.useNavigate()
  const close = (): void => {
    void navigate({ to: '/credentials', search: true })
  }
  return (
    <DetailsDrawer
      query={query(keypairApi.show, { accessKey })}
      title={() => accessKey}
      onClose={close}
    >
      {keypair => <Details keypair={keypair} onRemoved={close} />}
    </DetailsDrawer>
  )
}

function Details({ keypair, onRemoved }: { keypair: Keypair; onRemoved: () => void }) {
  const { w, f } = usePageWords()
  const { accessKey } = keypair
  const activity = useActivityQuestion(keypair)
  const removal = useRemovalQuestion(keypair, onRemoved)
  return (
    <Stack gap="xl">
      <Group justify="space-between">
        <ActivityBadge isActive={keypair.isActive} />
        <Group gap="xs">
          <ButtonLink
            to="/credentials/$accessKey/edit"
            params={{ accessKey }}
            search={true}
            size="xs"
            variant="default"
          >
            {w.keypair.settings}
          </ButtonLink>
          <ConfirmPopover {...activity}>
            <Button size="xs" variant="default">
              {keypair.isActive ? w.user.deactivate : w.user.activate}
            </Button>
          </ConfirmPopover>
          {!keypair.isActive && keypair.isMain && (
            <Tooltip label={w.keypair.mainStays(keypair.userEmail)}>
              <Button
                size="xs"
                variant="outline"
                data-disabled
                aria-disabled
                aria-description={w.keypair.mainStays(keypair.userEmail)}
              >
                {w.keypair.remove}
              </Button>
            </Tooltip>
          )}
          {!keypair.isActive && !keypair.isMain && (
            <ConfirmPopover {...removal}>
              <Button size="xs" variant="outline" color="red.9">
                {w.keypair.remove}
              </Button>
            </ConfirmPopover>
          )}
        </Group>
      </Group>
      <Properties
        items={[
          { label: w.keypair.column.accessKey, value: <CopyableId id={accessKey} /> },
          {
            label: w.keypair.column.secretKey,
            value: (
              <Secret
                label={w.keypair.column.secretKey}
                reveal={async () => (await call(keypairApi.reveal, { accessKey })).secretKey}
              />
            ),
            isWide: true,
          },
          {
            label: w.keypair.column.user,
            value: (
              <TextLink to="/users/$userId" params={{ userId: keypair.userId }} size="sm">
                {keypair.userEmail}
              </TextLink>
            ),
          },
          { label: w.user.main, value: keypair.isMain ? w.common.yes : w.common.no },
          {
            label: w.keypair.column.policy,
            value: (
              <TextLink
                to="/policies/$kind/$name"
                params={{ kind: 'keypair', name: keypair.policy }}
                size="sm"
              >
                {keypair.policy}
              </TextLink>
            ),
          },
          { label: w.keypair.column.rate, value: <RateUse keypair={keypair} /> },
          { label: w.keypair.column.created, value: <RelativeTime at={keypair.createdAt} /> },
          {
            label: w.keypair.column.lastUsed,
            value: keypair.lastUsedAt ? <RelativeTime at={keypair.lastUsedAt} /> : '–',
          },
          { label: w.keypair.column.queries, value: f.number(keypair.queryCount) },
        ]}
      />
    </Stack>
  )
}
