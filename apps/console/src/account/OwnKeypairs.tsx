import { accountApi } from '@capstan/contract/account'
import type { Keypair } from '@capstan/contract/keypair'
import { Button, Group, Skeleton, Stack, Text } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { accountQuery, useAccount } from '../api/account.ts'
import { call, query } from '../api/call.ts'
import { RateUse } from '../keypair/keypair.columns.tsx'
import { ConfirmPopover } from '../ui/ConfirmPopover.tsx'
import { CopyableId } from '../ui/CopyableId.tsx'
import { ErrorPanel } from '../ui/ErrorPanel.tsx'
import { Properties } from '../ui/Properties.tsx'
import { Secret } from '../ui/Secret.tsx'
import { StatusBadge } from '../ui/StatusBadge.tsx'
import { toastDone, toastError } from '../ui/toast.ts'
import { useRefresh } from '../ui/useRefresh.ts'
import { usePageWords } from '../words/page-words.ts'
import { AccountSection } from './AccountSection.tsx'

/** One's own keypairs, and which of them the browser acts with (ACC-02, ACC-08). */
export function OwnKeypairs() {
  const { w } = usePageWords()
  const answer = useQuery(query(accountApi.listKeypairs, {}))
  return (
    <AccountSection id="keypairs" title={w.user.keypairs} text={w.account.keypairsText}>
      {answer.error && <ErrorPanel error={answer.error} />}
      {answer.isPending && <Skeleton h={80} />}
      <Stack gap="xl">
        {answer.data?.items.map(keypair => (
          <OwnKeypair key={keypair.accessKey} keypair={keypair} />
        ))}
      </Stack>
    </AccountSection>
  )
}

function OwnKeypair({ keypair }: { keypair: Keypair }) {
  const { w } = usePageWords()
  const queries = useQueryClient()
  const refresh = useRefresh(accountApi.listKeypairs)
  const { accessKey, isActive } = keypair
  // The account knows first which is the main one, whose secret it is that the server tells.
  const isMain = useAccount().mainAccessKey === accessKey
  const choose = useMutation({
    mutationFn: () => call(accountApi.chooseMainKeypair, { accessKey }),
    onSuccess: account => {
      queries.setQueryData(accountQuery.queryKey, account)
      toastDone(w.account.mainChosen, account)
      refresh()
    },
    onError: toastError,
  })
  return (
    <div>
      <Group justify="space-between" mb="xs">
        <Group gap="md">
          <CopyableId id={accessKey} />
          <StatusBadge
            tone={isActive ? 'good' : 'idle'}
            label={isActive ? w.user.keypairActive : w.user.keypairInactive}
          />
          {isMain && (
            <Text size="sm" fw={600}>
              {w.user.main}
            </Text>
          )}
        </Group>
        {isActive && !isMain && (
          <ConfirmPopover
            title={w.account.chooseTitle}
            text={w.account.chooseText}
            confirm={w.account.choose}
            onConfirm={() => {
              choose.mutate()
            }}
          >
            <Button size="xs" variant="default" loading={choose.isPending}>
              {w.account.choose}
            </Button>
          </ConfirmPopover>
        )}
      </Group>
      <Properties
        items={[
          { label: w.keypair.column.policy, value: keypair.policy },
          { label: w.keypair.column.rate, value: <RateUse keypair={keypair} /> },
          ...(isMain
            ? [
                {
                  label: w.keypair.column.secretKey,
                  value: (
                    <Secret
                      label={w.keypair.column.secretKey}
                      reveal={async () => (await call(accountApi.mainKeypair, {})).secretKey}
                    />
                  ),
                  isWide: true,
                },
              ]
            : []),
        ]}
      />
    </div>
  )
}
