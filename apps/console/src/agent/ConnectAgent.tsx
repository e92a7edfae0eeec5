import { joinTokenApi } from '@capstan/contract/join-token'
import { Button, Code, Group, NativeSelect, Stack, Text, TextInput } from '@mantine/core'
import { IconCheck, IconCopy } from '@tabler/icons-react'
import { getRouteApi } from '@tanstack/react-router'
import { useState } from 'react'
import type * as z from 'zod'
import { useMay } from '../api/account.ts'
import { Forbidden } from '../shell/PageError.tsx'
import { copyText } from '../ui/clipboard.ts'
import { FormDrawer } from '../ui/FormDrawer.tsx'
import { SideDrawer } from '../ui/SideDrawer.tsx'
import { useEndpointForm } from '../ui/useEndpointForm.ts'
import { usePageWords } from '../words/page-words.ts'
import { Notice } from '../ui/Notice.tsx'

const route = getRouteApi('/signed-in/shell/agents/-/connect')

type Made = z.output<typeof joinTokenApi.create.output>

const lifetimes = [
  { value: '3600', word: 'hour' },
  { value: '86400', word: 'day' },
  { value: '604800', word: 'week' },
  { value: '', word: 'forever' },
] as const

/** Makes a join token, and shows the one command that connects a machine with it. */
export function ConnectAgent() {
  const { w } = usePageWords()
  const may = useMay()
  const navigate = route.useNavigate()
  const [made, setMade] = useState<Made>()
  const close = (): void => {
    void navigate({ to: '/agents', search: true })
  }
  if (!made && may('join_token.create')) return <TokenForm onMade={setMade} onClose={close} />
  return (
    <SideDrawer title={w.join.title} onClose={close}>
      {made ? <JoinCommand made={made} /> : <Forbidden />}
    </SideDrawer>
  )
}

function TokenForm({ onMade, onClose }: { onMade: (made: Made) => void; onClose: () => void }) {
  const { w } = usePageWords()
  const { form, submit, isPending, isDone, failure } = useEndpointForm({
    endpoint: joinTokenApi.create,
    initialValues: { description: '', lifetimeS: '86400' },
    toInput: ({ description, lifetimeS }) => ({
      role: 'agent' as const,
      description,
      lifetimeS: lifetimeS === '' ? null : Number(lifetimeS),
    }),
    onDone: onMade,
  })
  return (
    <FormDrawer
      title={w.join.title}
      submitLabel={w.join.submit}
      onSubmit={submit}
      onClose={onClose}
      isPending={isPending}
      isDirty={!isDone && form.isDirty()}
      failure={failure}
    >
      <Text size="sm">{w.join.text}</Text>
      <TextInput
        label={w.join.description}
        description={w.join.descriptionHelp}
        inputWrapperOrder={['label', 'input', 'description', 'error']}
        maxLength={200}
        {...form.getInputProps('description')}
      />
      <NativeSelect
        label={w.join.lifetime}
        data={lifetimes.map(({ value, word }) => ({ value, label: w.join[word] }))}
        {...form.getInputProps('lifetimeS')}
      />
    </FormDrawer>
  )
}

function JoinCommand({ made }: { made: Made }) {
  const { w, f } = usePageWords()
  const [isCopied, setCopied] = useState(false)
  const command = `capstan agent --manager ${window.location.origin} --token ${made.token}`
  const copy = async (): Promise<void> => {
    await copyText(command)
    setCopied(true)
  }
  const isLocal = ['localhost', '127.0.0.1', '[::1]'].includes(window.location.hostname)
  return (
    <Stack>
      <Text size="sm" fw={500}>
        {w.join.run}
      </Text>
      <Code block style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
        {command}
      </Code>
      <Group>
        <Button
          leftSection={
            isCopied ? <IconCheck size={16} aria-hidden /> : <IconCopy size={16} aria-hidden />
          }
          onClick={() => void copy()}
        >
          {isCopied ? w.common.copied : w.common.copy}
        </Button>
        {made.expiresAt !== null && (
          <Text size="sm" c="dimmed">
            {w.join.expires}: {f.dateTime(new Date(made.expiresAt))}
          </Text>
        )}
      </Group>
      <Text size="sm" c="dimmed">
        {w.join.once}
      </Text>
      {isLocal && <Notice tone="warn">{w.join.local}</Notice>}
    </Stack>
  )
}
