import { accountApi } from '@capstan/contract/account'
import { Button, Group, Stack, TextInput } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { accountQuery, useAccount } from '../api/account.ts'
import { changedOnly } from '../ui/changed-only.ts'
import { ErrorPanel } from '../ui/ErrorPanel.tsx'
import { Properties } from '../ui/Properties.tsx'
import { toastDone } from '../ui/toast.ts'
import { useEndpointForm } from '../ui/useEndpointForm.ts'
import { usePageWords } from '../words/page-words.ts'
import { AccountSection } from './AccountSection.tsx'

/** One's own names (ACC-08). */
export function ProfileForm() {
  const { w } = usePageWords()
  const account = useAccount()
  const queries = useQueryClient()
  const [before, setBefore] = useState({ name: account.name, fullName: account.fullName })
  const { form, submit, isPending, failure } = useEndpointForm({
    endpoint: accountApi.update,
    initialValues: before,
    toInput: values => changedOnly(values, before),
    onDone: changed => {
      setBefore({ name: changed.name, fullName: changed.fullName })
      queries.setQueryData(accountQuery.queryKey, changed)
      toastDone(w.account.saved, changed)
    },
  })
  return (
    <AccountSection id="profile" title={w.account.profile} text={w.account.profileText}>
      <form onSubmit={submit} noValidate>
        <Stack>
          <Properties
            items={[
              { label: w.user.column.email, value: account.email },
              { label: w.user.column.domain, value: account.domainName },
              { label: w.user.column.role, value: w.user.role[account.role] },
              {
                label: w.user.projects,
                value: account.projects.map(({ name }) => name).join(', ') || '–',
              },
            ]}
          />
          <TextInput
            label={w.user.column.name}
            autoComplete="username"
            {...form.getInputProps('name')}
          />
          <TextInput
            label={w.user.column.fullName}
            autoComplete="name"
            {...form.getInputProps('fullName')}
          />
          {failure && <ErrorPanel error={failure} />}
          <Group justify="flex-end">
            <Button type="submit" loading={isPending}>
              {w.account.saveProfile}
            </Button>
          </Group>
        </Stack>
      </form>
    </AccountSection>
  )
}
