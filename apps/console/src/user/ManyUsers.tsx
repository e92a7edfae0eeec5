import { jobApi, type JobPreview } from '@capstan/contract/job'
import type { JobRequest } from '@capstan/contract/job-request'
import { Button, Group, NumberInput, Stack, Tabs, Text, TextInput } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useState } from 'react'
import type * as z from 'zod'
import { useMay } from '../api/account.ts'
import { call } from '../api/call.ts'
import { useStartedToast } from '../job/useStartedToast.tsx'
import { Forbidden } from '../shell/PageError.tsx'
import { CsvField } from '../ui/CsvField.tsx'
import { ErrorPanel } from '../ui/ErrorPanel.tsx'
import { SideDrawer } from '../ui/SideDrawer.tsx'
import { usePageWords } from '../words/page-words.ts'
import { ManyUsersDefaults } from './ManyUsersDefaults.tsx'
import { ManyUsersProblems } from './ManyUsersProblems.tsx'
import { blankMany, csvTemplate, type ManyUsersValues, toRequest } from './many-users.ts'

const route = getRouteApi('/signed-in/shell/users/-/many')

type Request = z.input<typeof JobRequest>

/** Creates many users in one go: from a pattern or from a file, after a look at what would come of it (USR-14). */
export function ManyUsers() {
  const { w } = usePageWords()
  const may = useMay()
  const navigate = route.useNavigate()
  const search = route.useSearch()
  const tab = search.tab ?? 'pattern'
  return (
    <SideDrawer
      title={w.many.createManyTitle}
      onClose={() => {
        void navigate({ to: '/users', search: true })
      }}
    >
      {may('user.create') ? (
        <Tabs
          value={tab}
          keepMounted={false}
          onChange={next => {
            void navigate({
              to: '.',
              search: before => ({ ...before, tab: next === 'csv' ? 'csv' : undefined }),
              replace: true,
            })
          }}
        >
          <Tabs.List mb="md">
            <Tabs.Tab value="pattern">{w.many.pattern}</Tabs.Tab>
            <Tabs.Tab value="csv">{w.many.csv}</Tabs.Tab>
          </Tabs.List>
          <Tabs.Panel value={tab}>
            <Form key={tab} from={tab} />
          </Tabs.Panel>
        </Tabs>
      ) : (
        <Forbidden />
      )}
    </SideDrawer>
  )
}

function Form({ from }: { from: 'pattern' | 'csv' }) {
  const { w } = usePageWords()
  const navigate = route.useNavigate()
  const started = useStartedToast()
  const [values, setValues] = useState(blankMany)
  const [lastChecked, setChecked] = useState<{ request: Request; preview: JobPreview }>()
  const check = useMutation({
    mutationFn: async (request: Request) => ({
      request,
      preview: await call(jobApi.preview, request),
    }),
    onSuccess: setChecked,
  })
  const start = useMutation({
    mutationFn: (request: Request) => call(jobApi.create, request),
    onSuccess: job => {
      started(job)
      void navigate({ to: '/jobs/$jobId', params: { jobId: job.id } })
    },
  })
  const change = (patch: Partial<ManyUsersValues>): void => {
    setValues({ ...values, ...patch })
  }
  const request = toRequest(from, values)
  // What was looked at, unless the fields say something else by now.
  const isCurrent = JSON.stringify(lastChecked?.request) === JSON.stringify(request)
  const checked = isCurrent ? lastChecked : undefined
  const count = checked?.preview.changeCount ?? 0
  return (
    <form
      noValidate
      onSubmit={event => {
        event.preventDefault()
        if (checked && count > 0) start.mutate(checked.request)
        else if (request) check.mutate(request)
      }}
    >
      <Stack gap="md">
        {from === 'pattern' ? (
          <Pattern values={values} onChange={change} />
        ) : (
          <CsvField
            help={w.many.fileHelp}
            template={{ name: 'users.csv', text: csvTemplate }}
            onChange={csv => {
              change({ csv })
            }}
          />
        )}
        <ManyUsersDefaults values={values} onChange={change} hasRows={from === 'csv'} />
        <Text size="sm" c="dimmed">
          {w.many.passwordsMade}
        </Text>
        {(check.error ?? start.error) && <ErrorPanel error={check.error ?? start.error} />}
        {checked && <ManyUsersProblems preview={checked.preview} />}
        <Group justify="flex-end" className="drawer-foot">
          <Button type="submit" disabled={!request} loading={check.isPending || start.isPending}>
            {count > 0 ? w.many.create(count) : w.many.check}
          </Button>
        </Group>
      </Stack>
    </form>
  )
}

interface FieldsProps {
  readonly values: ManyUsersValues
  readonly onChange: (patch: Partial<ManyUsersValues>) => void
}

function Pattern({ values, onChange }: FieldsProps) {
  const { w } = usePageWords()
  return (
    <>
      <TextInput
        label={w.many.prefix}
        placeholder="student-"
        maxLength={30}
        data-autofocus
        value={values.prefix}
        onChange={event => {
          onChange({ prefix: event.currentTarget.value })
        }}
      />
      <Group grow>
        <NumberInput
          label={w.many.count}
          min={1}
          max={10_000}
          value={values.count}
          onChange={count => {
            onChange({ count })
          }}
        />
        <NumberInput
          label={w.many.first}
          min={0}
          max={1_000_000}
          value={values.first}
          onChange={first => {
            onChange({ first })
          }}
        />
      </Group>
      <TextInput
        label={w.many.emailDomain}
        placeholder="example.com"
        maxLength={40}
        value={values.emailDomain}
        onChange={event => {
          onChange({ emailDomain: event.currentTarget.value })
        }}
      />
    </>
  )
}
