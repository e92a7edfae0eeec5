import { accountApi } from '@capstan/contract/account'
import { Button, Code, Group, PasswordInput, Stack, Text, TextInput } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { renderSVG } from 'uqr'
import { accountQuery, useAccount } from '../api/account.ts'
import { CopyableId } from '../ui/CopyableId.tsx'
import { ErrorPanel } from '../ui/ErrorPanel.tsx'
import { StatusBadge } from '../ui/StatusBadge.tsx'
import { toastDone } from '../ui/toast.ts'
import { useEndpointForm } from '../ui/useEndpointForm.ts'
import { usePageWords } from '../words/page-words.ts'
import { AccountSection } from './AccountSection.tsx'

type Step =
  | { readonly at: 'rest' }
  | { readonly at: 'password' }
  | { readonly at: 'code'; readonly secret: string; readonly uri: string }
  | { readonly at: 'recovery'; readonly codes: readonly string[] }
  | { readonly at: 'leave' }

/** A code of an authenticator beside the password: enrolling, and leaving it (ACC-05). */
export function TwoFactor() {
  const { w } = usePageWords()
  const { isTotpEnabled } = useAccount()
  const [step, setStep] = useState<Step>({ at: 'rest' })
  const rest = (): void => {
    setStep({ at: 'rest' })
  }
  return (
    <AccountSection id="two-factor" title={w.user.totp} text={w.account.totpText}>
      {step.at === 'rest' && (
        <Group justify="space-between">
          <StatusBadge
            tone={isTotpEnabled ? 'good' : 'idle'}
            label={isTotpEnabled ? w.account.totpOn : w.account.totpOff}
          />
          <Button
            variant="default"
            onClick={() => {
              setStep({ at: isTotpEnabled ? 'leave' : 'password' })
            }}
          >
            {isTotpEnabled ? w.account.totpLeave : w.account.totpBegin}
          </Button>
        </Group>
      )}
      {step.at === 'password' && (
        <Begin
          onCancel={rest}
          onDone={seed => {
            setStep({ at: 'code', ...seed })
          }}
        />
      )}
      {step.at === 'code' && (
        <Confirm
          seed={step}
          onCancel={rest}
          onDone={codes => {
            setStep({ at: 'recovery', codes })
          }}
        />
      )}
      {step.at === 'recovery' && <RecoveryCodes codes={step.codes} onDone={rest} />}
      {step.at === 'leave' && <Leave onDone={rest} />}
    </AccountSection>
  )
}

interface Seed {
  readonly secret: string
  readonly uri: string
}

function Begin({ onCancel, onDone }: { onCancel: () => void; onDone: (seed: Seed) => void }) {
  const { w } = usePageWords()
  const { form, submit, isPending, failure } = useEndpointForm({
    endpoint: accountApi.beginTotp,
    initialValues: { password: '' },
    toInput: values => values,
    onDone,
  })
  return (
    <form onSubmit={submit} noValidate>
      <Stack>
        <PasswordInput
          label={w.account.current}
          autoComplete="current-password"
          autoFocus
          visibilityToggleButtonProps={{ 'aria-label': w.common.show }}
          {...form.getInputProps('password')}
        />
        {failure && <ErrorPanel error={failure} />}
        <Buttons submit={w.account.next} isPending={isPending} onCancel={onCancel} />
      </Stack>
    </form>
  )
}

function Confirm({
  seed,
  onCancel,
  onDone,
}: {
  seed: Seed
  onCancel: () => void
  onDone: (codes: readonly string[]) => void
}) {
  const { w } = usePageWords()
  const queries = useQueryClient()
  const { form, submit, isPending, failure } = useEndpointForm({
    endpoint: accountApi.confirmTotp,
    initialValues: { code: '' },
    toInput: values => values,
    onDone: ({ recoveryCodes }) => {
      void queries.invalidateQueries({ queryKey: accountQuery.queryKey })
      onDone(recoveryCodes)
    },
  })
  const image = `data:image/svg+xml;utf8,${encodeURIComponent(renderSVG(seed.uri, { border: 3 }))}`
  return (
    <form onSubmit={submit} noValidate>
      <Stack>
        <Text size="sm">{w.account.scan}</Text>
        <Group align="center">
          <img src={image} alt={w.account.qrAlt} width={208} height={208} />
          <div>
            <Text size="sm">{w.account.orType}</Text>
            <CopyableId id={seed.secret} />
          </div>
        </Group>
        <TextInput
          label={w.signIn.code}
          description={w.account.codeHelp}
          inputMode="numeric"
          autoComplete="one-time-code"
          autoFocus
          {...form.getInputProps('code')}
        />
        {failure && <ErrorPanel error={failure} />}
        <Buttons submit={w.account.totpConfirm} isPending={isPending} onCancel={onCancel} />
      </Stack>
    </form>
  )
}

function RecoveryCodes({ codes, onDone }: { codes: readonly string[]; onDone: () => void }) {
  const { w } = usePageWords()
  return (
    <Stack>
      <StatusBadge tone="good" label={w.account.totpOn} />
      <Text size="sm">{w.account.recoveryText}</Text>
      <Code block aria-label={w.account.recoveryCodes}>
        {codes.join('\n')}
      </Code>
      <Group justify="flex-end">
        <Button
          variant="default"
          component="a"
          download="capstan-recovery-codes.txt"
          href={`data:text/plain;charset=utf-8,${encodeURIComponent(codes.join('\r\n'))}`}
        >
          {w.account.download}
        </Button>
        <Button onClick={onDone}>{w.account.kept}</Button>
      </Group>
    </Stack>
  )
}

function Leave({ onDone }: { onDone: () => void }) {
  const { w } = usePageWords()
  const queries = useQueryClient()
  const { form, submit, isPending, failure } = useEndpointForm({
    endpoint: accountApi.leaveTotp,
    initialValues: { password: '', code: '' },
    toInput: values => values,
    onDone: account => {
      queries.setQueryData(accountQuery.queryKey, account)
      toastDone(w.account.totpOff)
      onDone()
    },
  })
  return (
    <form onSubmit={submit} noValidate>
      <Stack>
        <PasswordInput
          label={w.account.current}
          autoComplete="current-password"
          autoFocus
          visibilityToggleButtonProps={{ 'aria-label': w.common.show }}
          {...form.getInputProps('password')}
        />
        <TextInput
          label={w.signIn.code}
          description={w.signIn.codeHelp}
          autoComplete="one-time-code"
          {...form.getInputProps('code')}
        />
        {failure && <ErrorPanel error={failure} />}
        <Buttons submit={w.account.totpLeave} isPending={isPending} onCancel={onDone} />
      </Stack>
    </form>
  )
}

function Buttons({
  submit,
  isPending,
  onCancel,
}: {
  submit: string
  isPending: boolean
  onCancel: () => void
}) {
  const { w } = usePageWords()
  return (
    <Group justify="flex-end">
      <Button variant="default" onClick={onCancel}>
        {w.common.cancel}
      </Button>
      <Button type="submit" loading={isPending}>
        {submit}
      </Button>
    </Group>
  )
}
