import { agentApi, type Agent } from '@capstan/contract/agent'
import { Button, Group } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useMay } from '../api/account.ts'
import { call } from '../api/call.ts'
import { ConfirmPopover } from '../ui/ConfirmPopover.tsx'
import { StatusBadge } from '../ui/StatusBadge.tsx'
import { toastError } from '../ui/toast.ts'
import { usePageWords } from '../words/page-words.ts'

/** Whether new sessions go to a machine, and the button that changes it (AGT-04). */
export function SchedulableSwitch({ agent }: { agent: Agent }) {
  const { w } = usePageWords()
  const may = useMay()
  const queries = useQueryClient()
  const { isSchedulable } = agent
  const change = useMutation({
    mutationFn: () => call(agentApi.update, { id: agent.id, isSchedulable: !isSchedulable }),
    onSuccess: () => {
      for (const path of [agentApi.list.path, agentApi.show.path])
        void queries.invalidateQueries({ queryKey: [path] })
    },
    onError: toastError,
  })
  const noPermission = may('agent.update') ? undefined : w.session.noPermission
  return (
    <Group gap="md">
      <StatusBadge
        tone={isSchedulable ? 'good' : 'warn'}
        label={`${w.agent.schedulable}: ${isSchedulable ? w.common.yes : w.common.no}`}
      />
      <ConfirmPopover
        title={isSchedulable ? w.agent.schedulableOff(agent.id) : w.agent.schedulableOn(agent.id)}
        text={isSchedulable ? w.agent.schedulableOffText : w.agent.schedulableOnText}
        confirm={isSchedulable ? w.agent.turnOff : w.agent.turnOn}
        onConfirm={() => {
          change.mutate()
        }}
      >
        <Button
          size="xs"
          variant="default"
          loading={change.isPending}
          disabled={noPermission !== undefined}
          title={noPermission}
        >
          {isSchedulable ? w.agent.turnOff : w.agent.turnOn}
        </Button>
      </ConfirmPopover>
    </Group>
  )
}
