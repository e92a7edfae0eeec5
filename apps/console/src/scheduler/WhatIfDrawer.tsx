import { type GroupDetails, groupApi, schedulers, selectors } from '@capstan/contract/group'
import { schedulerApi } from '@capstan/contract/scheduler'
import { Group, NativeSelect, Skeleton, Stack, Switch, Text } from '@mantine/core'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useMay } from '../api/account.ts'
import { query } from '../api/call.ts'
import { Forbidden } from '../shell/PageError.tsx'
import { changedOnly } from '../ui/changed-only.ts'
import { DetailsDrawer } from '../ui/DetailsDrawer.tsx'
import { ErrorPanel } from '../ui/ErrorPanel.tsx'
import { LimitField } from '../ui/LimitField.tsx'
import { ButtonLink } from '../ui/links.tsx'
import { usePageWords } from '../words/page-words.ts'
import { type TriedSettings, triedSettings, withTried } from './tried-settings.ts'
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
    <DetailsDrawer
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
    </DetailsDrawer>
  )
}

function Trial({ group }: { group: GroupDetails }) {
  const { w } = usePageWords()
  const navigate = route.useNavigate()
  const tried = triedSettings(route.useSearch().settings)
  const values = withTried(group, tried)
  const settings = changedOnly(tried, group)
  const answer = useQuery({
    ...query(schedulerApi.whatIf, { name: group.name, settings }),
    placeholderData: keepPreviousData,
  })
  const change = (patch: TriedSettings): void => {
    const next = changedOnly({ ...tried, ...patch }, group)
    void navigate({ search: before => ({ ...before, settings: next }), replace: true })
  }
  return (
    <Stack>
      <Text size="sm" c="dimmed">
        {w.scheduler.whatIfHelp}
      </Text>
      <Fields values={values} onChange={change} />
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

function Fields({
  values,
  onChange,
}: {
  values: GroupDetails
  onChange: (patch: TriedSettings) => void
}) {
  const { w } = usePageWords()
  const limit = (name: 'retriesToSkip' | 'reserveAfterS') => ({
    value: values[name],
    onChange: (value: number | string | null) => {
      onChange({ [name]: value === null ? null : Number(value) })
    },
  })
  return (
    <Stack gap="sm">
      <NativeSelect
        label={w.group.column.scheduler}
        data={schedulers.map(value => ({ value, label: w.group.scheduler[value] }))}
        value={values.scheduler}
        onChange={event => {
          const scheduler = schedulers.find(each => each === event.currentTarget.value)
          if (scheduler) onChange({ scheduler })
        }}
      />
      {values.scheduler === 'priority' && (
        <Switch
          label={w.group.preemption}
          checked={values.isPreemptionEnabled}
          onChange={event => {
            onChange({ isPreemptionEnabled: event.currentTarget.checked })
          }}
        />
      )}
      <NativeSelect
        label={w.group.column.selector}
        data={selectors.map(value => ({ value, label: w.group.selector[value] }))}
        value={values.selector}
        onChange={event => {
          const selector = selectors.find(each => each === event.currentTarget.value)
          if (selector) onChange({ selector })
        }}
      />
      <LimitField
        label={w.group.retriesToSkip}
        most="1000"
        none={w.group.asDefaults}
        {...limit('retriesToSkip')}
      />
      <LimitField
        label={w.group.reserve}
        suffix={w.group.seconds}
        none={w.group.never}
        {...limit('reserveAfterS')}
      />
    </Stack>
  )
}
