import { keypairPolicyApi } from '@capstan/contract/policy'
import { userApi } from '@capstan/contract/user'
import { NumberInput, Select, Stack } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import type * as z from 'zod'
import { query } from '../api/call.ts'
import { NameSelect } from '../ui/NameSelect.tsx'
import { Notice } from '../ui/Notice.tsx'
import type { useEndpointForm } from '../ui/useEndpointForm.ts'
import { usePageWords } from '../words/page-words.ts'

/** What stands in the form of a keypair. A number field holds text while it is empty. */
export interface KeypairFields extends Record<string, unknown> {
  readonly userId: string
  readonly policy: string
  readonly rateLimit: number | string
}

type KeypairFormApi = ReturnType<
  typeof useEndpointForm<z.ZodType, z.ZodType, KeypairFields>
>['form']

/** At so few requests in 15 minutes a page of the console may use them all up (KEY-04). */
const riskyLimit = 100

/** What a keypair may: its policy, and how many requests. */
export function LimitFields({ form }: { form: KeypairFormApi }) {
  const { w, f } = usePageWords()
  const { rateLimit } = form.values
  return (
    <>
      <NameSelect
        label={w.keypair.column.policy}
        list={keypairPolicyApi.list}
        value={form.values.policy}
        error={form.errors['policy']}
        onChange={name => {
          form.setFieldValue('policy', name)
        }}
      />
      <Stack gap="xs">
        <NumberInput
          label={w.keypair.column.rate}
          description={`${w.keypair.rateHelp} ${w.common.max(f.number(50_000))}`}
          min={0}
          clampBehavior="none"
          thousandSeparator=","
          {...form.getInputProps('rateLimit')}
        />
        {rateLimit !== '' && Number(rateLimit) <= riskyLimit && (
          <Notice tone="warn">{w.keypair.rateRisky}</Notice>
        )}
      </Stack>
    </>
  )
}

/** People are found as one types: there may be very many. */
export function UserField({
  value,
  error,
  onChange,
}: {
  value: string
  error: ReactNode
  onChange: (userId: string) => void
}) {
  const { w } = usePageWords()
  const [text, setText] = useState('')
  const [email] = useDebouncedValue(text, 200)
  const chosen = useQuery({ ...query(userApi.show, { id: value }), enabled: value !== '' }).data
  const isSearch = email !== '' && email !== chosen?.email
  const found = useQuery({
    ...query(userApi.list, { ...(isSearch && { email }), limit: 20 }),
    placeholderData: keepPreviousData,
  })
  const people = new Map(found.data?.items.map(user => [user.id, user.email]))
  if (chosen && !isSearch) people.set(chosen.id, chosen.email)
  return (
    <Select
      label={w.keypair.column.user}
      placeholder={w.keypair.findUser}
      searchable
      withAsterisk
      data-autofocus
      nothingFoundMessage={w.keypair.noUser}
      data={[...people].map(([id, label]) => ({ value: id, label }))}
      value={value || null}
      error={error}
      onSearchChange={setText}
      onChange={id => {
        onChange(id ?? '')
      }}
    />
  )
}
