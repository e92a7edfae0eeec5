import { userApi } from '@capstan/contract/user'
import { ActionIcon, Group, Input, NumberInput, Select, Stack } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { IconX } from '@tabler/icons-react'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { query } from '../api/call.ts'
import { usePageWords } from '../words/page-words.ts'

/** Somebody who is due more or less than others, as it stands in a form. */
export interface WeightValue {
  readonly userId: string
  readonly userEmail: string
  readonly weight: number | string
}

/** What somebody gets who is given a weight: with 1 nothing would change. */
const usual = 2

/** With DRF and fair share, who is due more than others, and how much (SCH-03). */
export function WeightsField({
  value,
  error,
  onChange,
  onBlur,
}: {
  value: readonly WeightValue[]
  error?: ReactNode
  onChange: (value: WeightValue[]) => void
  onBlur?: () => void
}) {
  const { w } = usePageWords()
  return (
    <Input.Wrapper
      label={w.group.weights}
      labelElement="div"
      description={w.group.weightsHelp}
      error={error}
      role="group"
      aria-label={w.group.weights}
    >
      <Stack gap="xs" my={6}>
        {value.map(each => (
          <Group key={each.userId} gap="xs" wrap="nowrap">
            <span className="clip" style={{ flex: 1, fontSize: '0.875rem' }}>
              {each.userEmail}
            </span>
            <NumberInput
              aria-label={w.group.weightOf(each.userEmail)}
              w={110}
              min={0.01}
              max={1000}
              step={1}
              decimalScale={2}
              clampBehavior="none"
              value={each.weight}
              {...(onBlur && { onBlur })}
              onChange={weight => {
                onChange(
                  value.map(other => (other.userId === each.userId ? { ...other, weight } : other)),
                )
              }}
            />
            <ActionIcon
              variant="subtle"
              color="gray"
              aria-label={w.group.removeWeight(each.userEmail)}
              onClick={() => {
                onChange(value.filter(({ userId }) => userId !== each.userId))
              }}
            >
              <IconX size={16} />
            </ActionIcon>
          </Group>
        ))}
        <AddUser
          except={value}
          onAdd={user => {
            onChange([...value, { ...user, weight: usual }])
          }}
        />
      </Stack>
    </Input.Wrapper>
  )
}

function AddUser({
  except,
  onAdd,
}: {
  except: readonly WeightValue[]
  onAdd: (user: { userId: string; userEmail: string }) => void
}) {
  const { w } = usePageWords()
  const [typed, setTyped] = useState('')
  const [email] = useDebouncedValue(typed, 200)
  const found = useQuery({
    ...query(userApi.list, { limit: 20, ...(email !== '' && { email }) }),
    placeholderData: keepPreviousData,
  })
  const users = found.data?.items.filter(({ id }) => !except.some(({ userId }) => userId === id))
  return (
    <Select
      aria-label={w.group.addWeight}
      placeholder={w.group.addWeight}
      searchable
      nothingFoundMessage={w.table.noMatch}
      value={null}
      searchValue={typed}
      onSearchChange={setTyped}
      data={users?.map(({ id, email }) => ({ value: id, label: email })) ?? []}
      onChange={id => {
        const user = users?.find(each => each.id === id)
        if (user) onAdd({ userId: user.id, userEmail: user.email })
        setTyped('')
      }}
    />
  )
}
