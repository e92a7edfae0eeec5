import { Button, Group, Modal, NativeSelect, Stack, Text } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { call, query } from '../api/call.ts'
import { ErrorPanel } from '../ui/ErrorPanel.tsx'
import { toastDone } from '../ui/toast.ts'
import { useRefresh } from '../ui/useRefresh.ts'
import { usePageWords } from '../words/page-words.ts'
import { Followers } from './policy.columns.tsx'
import { kinds, type Policy, type PolicyKindName } from './policy.kinds.ts'

/** Deletes a policy; its followers get another one first (POL-07). */
export function RemovePolicy({
  kind,
  policy,
  onClose,
}: {
  kind: PolicyKindName
  policy: Policy
  onClose: () => void
}) {
  const { w } = usePageWords()
  const { api } = kinds[kind]
  const refresh = useRefresh(api.list)
  const others = useQuery(query(api.list, { limit: 200 })).data?.items.filter(
    ({ name }) => name !== policy.name,
  )
  const [reassignTo, setReassignTo] = useState('')
  const isFollowed = policy.followerCount > 0
  const remove = useMutation({
    mutationFn: () => call(api.remove, { name: policy.name, ...(isFollowed && { reassignTo }) }),
    onSuccess: answer => {
      const { reassigned } = answer
      toastDone(
        reassigned > 0
          ? w.policy.removedAnd(policy.name, reassigned, reassignTo)
          : w.policy.removed(policy.name),
        answer,
      )
      refresh()
      onClose()
    },
  })
  return (
    <Modal
      opened
      onClose={onClose}
      title={w.policy.removeTitle(policy.name)}
      closeButtonProps={{ 'aria-label': w.common.close }}
    >
      <Stack>
        {isFollowed ? (
          <>
            <Text size="sm">
              {w.policy.followers[kind]}: <Followers kind={kind} policy={policy} />.{' '}
              {w.policy.reassignText}
            </Text>
            <NativeSelect
              label={w.policy.reassign}
              value={reassignTo}
              data={['', ...(others?.map(({ name }) => name) ?? [])]}
              onChange={event => {
                setReassignTo(event.currentTarget.value)
              }}
            />
          </>
        ) : (
          <Text size="sm">{w.policy.removeText}</Text>
        )}
        {remove.error && <ErrorPanel error={remove.error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {w.common.cancel}
          </Button>
          <Button
            color="red.9"
            loading={remove.isPending}
            disabled={isFollowed && reassignTo === ''}
            onClick={() => {
              remove.mutate()
            }}
          >
            {isFollowed ? w.policy.reassignAndRemove : w.policy.remove}
          </Button>
        </Group>
      </Stack>
    </Modal>
  )
}
