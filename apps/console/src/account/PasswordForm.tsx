import { accountApi } from '@capstan/contract/account'
import { Button, Group, PasswordInput, Stack } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { accountQuery } from '../api/account.ts'
import { ErrorPanel } from '../ui/ErrorPanel.tsx'
import { toastDone } from '../ui/toast.ts'
import { useEndpointForm } from '../ui/useEndpointForm.ts'
import { usePageWords } from '../words/page-words.ts'
import { AccountSection } from './AccountSection.tsx'

/** A new password for oneself (ACC-07, ACC-08). */
export function PasswordForm() {
  const { w } = usePageWords()
  const queries = useQueryClient()
  const { form, submit, isPending, failure } = useEndpointForm({
    endpoint: accountApi.changePassword,
    initialValues: { current: '', password: '', repeat: '' },
    toInput: ({ current, password }) => ({ current, password }),
    check: ({ password, repeat }): Record<string, string> =>
      password === repeat ? {} : { repeat: w.user.repeatDiffers },
    onDone: account => {
      queries.setQueryData(accountQuery.queryKey, account)
      form.reset()
      toastDone(w.account.passwordChanged)
    },
  })
  const eye = { visibilityToggleButtonProps: { 'aria-label': w.common.show } }
  return (
    <AccountSection id="password" title={w.user.password} text={w.account.passwordText}>
      <form onSubmit={submit} noValidate>
        <Stack>
          <PasswordInput
            label={w.account.current}
            autoComplete="current-password"
            {...eye}
            {...form.getInputProps('current')}
          />
          <PasswordInput
            label={w.account.newPassword}
            description={w.user.passwordHelp}
            autoComplete="new-password"
            {...eye}
            {...form.getInputProps('password')}
          />
          <PasswordInput
            label={w.user.repeat}
            autoComplete="new-password"
            {...eye}
            {...form.getInputProps('repeat')}
          />
          {failure && <ErrorPanel error={failure} />}
          <Group justify="flex-end">
            <Button type="submit" loading={isPending}>
              {w.account.changePassword}
            </Button>
          </Group>
        </Stack>
      </form>
    </AccountSection>
  )
}
