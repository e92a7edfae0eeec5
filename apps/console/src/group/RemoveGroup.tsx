import { groupApi } from '@capstan/contract/group'
import { Button, Group, Modal, Stack, Text } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { call } from '../api/call.ts'
import { ErrorPanel } from '../ui/ErrorPanel.tsx'
import { toastDone } from '../ui/toast.ts'
import { usePageWords } from '../words/page-words.ts'
import { useRefreshGroups } from './useGroupActivity.ts'

/** Deletes a resource group; where something refers to it, the server says what, and how many (GRP-01). */
export function RemoveGroup({ name, onClose }: { name: string; onClose: () => void }) {
  const { w } = usePageWords()
  const refresh = useRefreshGroups()
  const remove = useMutation({
    mutationFn: () => call(groupApi.remove, { name }),
    onSuccess: answer => {
      toastDone(w.group.removed(name), answer)
      refresh()
      onClose()
    },
  })
  return (
    <Modal
      opened
      onClose={onClose}
      title={w.group.removeTitle(name)}
      closeButtonProps={{ 'aria-label': w.common.close }}
    >
      <Stack>
        <Text size="sm">{w.group.removeText}</Text>
        {remove.error && <ErrorPanel error={remove.error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {w.common.cancel}
          </Button>
          <Button
            color="red.9"
            loading={remove.isPending}
            onClick={() => {
              remove.mutate()
            }}
          >
            {w.group.remove}
          </Button>
        </Group>
      </Stack>
    </Modal>
  )
}
