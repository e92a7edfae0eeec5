import { accountApi } from '@capstan/contract/account'
import { AppError } from '@capstan/contract/errors'
import { Button, Center, Paper, PasswordInput, Stack, Text, TextInput, Title } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { getRouteApi, useRouter } from '@tanstack/react-router'
import { useEffect, useState } from 'react'
import { accountQuery } from '../api/account.ts'
import { forgetRecent } from '../search/recent.ts'
import { Mark } from '../shell/Mark.tsx'
import { ErrorPanel } from '../ui/ErrorPanel.tsx'
import { useEndpointForm } from '../ui/useEndpointForm.ts'
import { useWords } from '../words/words.tsx'
import { ownAddress } from './own-address.ts'
import { Notice } from '../ui/Notice.tsx'

const route = getRouteApi('/sign-in')

export function SignInPage() {
  const { w } = useWords()
  const { to, ended } = route.useSearch()
  const queries = useQueryClient()
  const router = useRouter()
  useEffect(forgetRecent, [])
  useEffect(() => {
    document.title = `${w.signIn.title} · ${w.product}`
  }, [w])
  const { form, submit, isPending, failure } = useEndpointForm({
    endpoint: accountApi.signIn,
    initialValues: { email: '', password: '', code: '' },
    toInput: ({ code, ...values }) => ({ ...values, ...(code !== '' && { code }) }),
    onDone: account => {
      // What somebody else saw in this tab is not for this person.
      queries.clear()
      queries.setQueryData(accountQuery.queryKey, account)
      router.history.push(ownAddress(to))
    },
  })
  // Told by the first answer: until then nobody need know whether there is a second factor.
  const isFirstAsked = failure instanceof AppError && failure.code === 'totp_required'
  const [isCodeAsked, setCodeAsked] = useState(false)
  if (isFirstAsked && !isCodeAsked) setCodeAsked(true)
  return (
    <Center mih="100dvh" p="md" component="main">
      <Stack w="100%" maw={380} gap="md">
        <Stack align="center" gap="xs">
          <Mark size={48} />
          <Title order={1}>{w.signIn.title}</Title>
        </Stack>
        <Paper p="xl" className="surface">
          <form onSubmit={submit} noValidate>
            <Stack>
              {ended === true && !failure && <Notice tone="idle">{w.signIn.ended}</Notice>}
              <TextInput
                label={w.signIn.email}
                type="email"
                autoComplete="username"
                autoFocus
                {...form.getInputProps('email')}
              />
              <PasswordInput
                label={w.signIn.password}
                autoComplete="current-password"
                visibilityToggleButtonProps={{ 'aria-label': w.common.show }}
                {...form.getInputProps('password')}
              />
              {isCodeAsked && (
                <TextInput
                  label={w.signIn.code}
                  description={w.signIn.codeHelp}
                  autoComplete="one-time-code"
                  autoFocus
                  {...form.getInputProps('code')}
                />
              )}
              {failure && !isFirstAsked && <ErrorPanel error={failure} />}
              <Button type="submit" loading={isPending}>
                {w.signIn.submit}
              </Button>
            </Stack>
          </form>
        </Paper>
        <Text size="sm" c="dimmed" ta="center">
          {w.signIn.hint}
        </Text>
      </Stack>
    </Center>
  )
}
