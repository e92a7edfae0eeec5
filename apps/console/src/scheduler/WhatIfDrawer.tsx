import { type GroupDetails, groupApi } from '@capstan/contract/group'
import { schedulerApi } from '@capstan/contract/scheduler'
import { Group, Skeleton, Stack, Text } from '@mantine/core'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useMay } from '../api/account.ts'
import { query } from '../api/call.ts'
import { Forbidden } from '../shell/PageError.tsx'
import { changedOnly } from '../ui/changed-only.ts'
import { FieldsDrawer } from '../ui/DetailsDrawer.tsx'
import { ErrorPanel } from '../ui/ErrorPanel.tsx'
import { ButtonLink } from '../ui/links.tsx'
import { usePageWords } from '../words/page-words.ts'
import { TrialFields } from './TrialFields.tsx'
import { TriedPolicyFields } from './TriedPolicyFields.tsx'
import {
  type TriedPolicy,
  triedPolicy,
  type TriedSettings,
  triedSettings,
  withTried,
} from './tried-settings.ts'
import { WhatIfOutcome } from './WhatIfOutcome.tsx'

const route = getRouteApi('/signed-in/shell/scheduler/-/what-if')

/** Other settings of a resource group tried out against those who wait now, without applying them (PLS-01). */
export function WhatIfDrawer() {
  const { w } = usePageWords()
  const may = useMay()
  const { group = 'default' } = route.useSearch()
  const navigate = route.useNavigate()
  if (!may('scheduler.update')) return <Forbidden />
  return (
    <FieldsDrawer
      query={query(groupApi.show, { name: group })}
      title={() => w.scheduler.whatIfTitle(group)}
      onClose={() => {
        void navigate({
          to: '/scheduler',
          search: before => ({ ...before, settings: undefined }),
        })
      }}
    >
      {details => <Trial group={details} />}
    </FieldsDrawer>
  )
}

function Trial({ group }: { group: GroupDetails }) {
  const { w } = usePageWords()
  const navigate = route.useNavigate()
  const { settings: given } = route.useSearch()
  const tried = triedSettings(given)
  const policy = triedPolicy(given)
  const settings = changedOnly(tried, group)
  const answer = useQuery({
    ...query(schedulerApi.whatIf, {
      name: group.name,
      settings: {
        ...settings,
        ...(settings.weights && {
          weights: settings.weights.map(({ userId, weight }) => ({ userId, weight })),
        }),
      },
      ...(policy && { policy }),
    }),
    placeholderData: keepPreviousData,
  })
  // On top of what stands in the address by then: two fields may be changed before the page has followed.
  const change = (patch: TriedSettings, limits?: TriedPolicy): void => {
    void navigate({
      search: before => {
        const chosen = limits ?? triedPolicy(before.settings)
        const all = changedOnly({ ...triedSettings(before.settings), ...patch }, group)
        return { ...before, settings: { ...all, ...(chosen && { policy: chosen }) } }
      },
      replace: true,
    })
  }
  return (
    <Stack>
      <Text size="sm" c="dimmed">
        {w.scheduler.whatIfHelp}
      </Text>
      <TrialFields values={withTried(group, tried)} onChange={change} />
      <TriedPolicyFields
        tried={policy}
        onChange={chosen => {
          change({}, chosen)
        }}
      />
      {answer.error && <ErrorPanel error={answer.error} />}
      {answer.isPending && <Skeleton h={160} />}
      {answer.data && <WhatIfOutcome outcome={answer.data} />}
      <Group justify="flex-end" className="drawer-foot">
        <ButtonLink
          to="/resource-groups/$name"
          params={{ name: group.name }}
          search={{ settings }}
          {...(Object.keys(settings).length === 0 && { disabled: true, 'data-disabled': true })}
        >
          {w.scheduler.save}
        </ButtonLink>
      </Group>
    </Stack>
  )
}
