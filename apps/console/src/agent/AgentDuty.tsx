import { type Agent, agentApi } from '@capstan/contract/agent'
import { groupApi } from '@capstan/contract/group'
import { Button, Group } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useMay } from '../api/account.ts'
import { call } from '../api/call.ts'
import { ConfirmPopover } from '../ui/ConfirmPopover.tsx'
import { Notice } from '../ui/Notice.tsx'
import { toastError } from '../ui/toast.ts'
import { useRefresh } from '../ui/useRefresh.ts'
import { useTableSearch } from '../ui/useTableSearch.ts'
import { usePageWords } from '../words/page-words.ts'
import type { AgentAction } from './agent.actions.ts'
import { describeDuty } from './duty-words.ts'
import { SchedulableSwitch } from './SchedulableSwitch.tsx'

/** What a machine takes, and what can be done about it: the switch, maintenance, another group (AGT-04, AGT-05, GRP-05). */
export function AgentDuty({ agent }: { agent: Agent }) {
  const { w } = usePageWords()
  return (
    <>
      {agent.status === 'connected' && !agent.drain && <SchedulableSwitch agent={agent} />}
      {agent.drain && <DrainNotice agent={agent} />}
      {agent.requestedGroup !== null && (
        <RequestNotice agent={agent} requestedGroup={agent.requestedGroup} />
      )}
      <Group gap="xs">
        {!agent.drain && <ActionButton agent={agent} action="drain" label={w.agent.action.drain} />}
        <ActionButton agent={agent} action="move" label={w.agent.action.move} />
      </Group>
    </>
  )
}

function DrainNotice({ agent }: { agent: Agent }) {
  const { w, f } = usePageWords()
  const { label, note } = describeDuty(agent, w, f)
  return (
    <Notice tone="warn" title={label}>
      <div>{note}</div>
      <Group gap="xs" mt="xs">
        <ActionButton agent={agent} action="drain" label={w.agent.changeDrain} />
        <ActionButton agent={agent} action="cancelDrain" label={w.agent.action.cancelDrain} />
      </Group>
    </Notice>
  )
}

function RequestNotice({ agent, requestedGroup }: { agent: Agent; requestedGroup: string }) {
  const { w } = usePageWords()
  const refresh = useRefresh(agentApi.list, agentApi.show, groupApi.list)
  const dismiss = useMutation({
    mutationFn: () => call(agentApi.move, { id: agent.id, resourceGroup: agent.resourceGroup }),
    onSuccess: refresh,
    onError: toastError,
  })
  const whyNot = useWhyNot()
  return (
    <Notice tone="busy" title={w.agent.asksFor(requestedGroup)}>
      <div>{w.agent.asksForText(agent.resourceGroup)}</div>
      <Group gap="xs" mt="xs">
        <ActionButton agent={agent} action="move" label={w.agent.moveThere} />
        <ConfirmPopover
          title={w.agent.dismissTitle}
          text={w.agent.dismissText(agent.resourceGroup)}
          confirm={w.agent.dismiss}
          onConfirm={() => {
            dismiss.mutate()
          }}
        >
          <Button
            size="xs"
            variant="default"
            loading={dismiss.isPending}
            disabled={whyNot !== undefined}
            title={whyNot}
          >
            {w.agent.dismiss}
          </Button>
        </ConfirmPopover>
      </Group>
    </Notice>
  )
}

function useWhyNot(): string | undefined {
  const { w } = usePageWords()
  const may = useMay()
  return may('agent.update') ? undefined : w.session.noPermission
}

/** Opens the dialog of an action, which has an address. */
function ActionButton({
  agent,
  action,
  label,
}: {
  agent: Agent
  action: AgentAction
  label: string
}) {
  const { change } = useTableSearch()
  const whyNot = useWhyNot()
  return (
    <Button
      size="xs"
      variant="default"
      disabled={whyNot !== undefined}
      title={whyNot}
      onClick={() => {
        // Fields of the address that a list's dialog has; not all lists have them.
        change({ change: action, picked: agent.id })
      }}
    >
      {label}
    </Button>
  )
}
