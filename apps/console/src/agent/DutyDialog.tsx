import { agentApi } from '@capstan/contract/agent'
import { groupApi } from '@capstan/contract/group'
import { sessionApi } from '@capstan/contract/session'
import { Button, Group, Modal, Radio, Skeleton, Stack, Text } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { query } from '../api/call.ts'
import { ErrorPanel } from '../ui/ErrorPanel.tsx'
import { NameSelect } from '../ui/NameSelect.tsx'
import { useNow } from '../ui/now.ts'
import { TimeField } from '../ui/TimeField.tsx'
import { toastDone } from '../ui/toast.ts'
import { useRefresh } from '../ui/useRefresh.ts'
import { usePageWords } from '../words/page-words.ts'
import type { AgentAction } from './agent.actions.ts'
import { blankDuty, type DutyValues, secondsUntil, sendDuty } from './duty-request.ts'
import { DutyOutcomes } from './DutyOutcomes.tsx'
import { SessionsHit } from './SessionsHit.tsx'
import { useSessionsOn } from './useSessionsOn.ts'

/** One action on machines: its fields, the sessions that it hits, and the button that does it (AGT-05, GRP-05). */
export function DutyDialog({
  action,
  agentIds,
  onClose,
  onDone,
}: {
  action: AgentAction
  agentIds: readonly string[]
  onClose: () => void
  onDone: () => void
}) {
  const { w } = usePageWords()
  const [given, setValues] = useState<DutyValues>()
  const standing = useStandingDuty(agentIds, action !== 'cancelDrain')
  const values = given ?? standing ?? blankDuty
  const isLate = (secondsUntil(values, useNow()) ?? 1) < 1
  const on = useSessionsOn(action === 'cancelDrain' ? [] : agentIds)
  const hit =
    action === 'move'
      ? on.sessions.filter(({ resourceGroup }) => resourceGroup !== values.group)
      : on.sessions
  const refresh = useRefresh(agentApi.list, agentApi.show, groupApi.list, sessionApi.list)
  const send = useMutation({
    mutationFn: () => sendDuty(action, agentIds, values),
    onSuccess: outcomes => {
      refresh()
      if (outcomes.length > 1) return
      toastDone(w.agent.done[action](1))
      onDone()
    },
  })
  const isReady = standing !== undefined && (action !== 'move' || values.group !== '')
  return (
    <Modal
      opened
      onClose={send.data ? onDone : onClose}
      title={w.agent.heading[action](agentIds)}
      size="lg"
      // Over the drawer that it was opened from, under what opens from it.
      zIndex={250}
      closeButtonProps={{ 'aria-label': w.common.close }}
    >
      {send.data ? (
        <DutyOutcomes action={action} outcomes={send.data} onClose={onDone} />
      ) : (
        <Stack gap="md">
          <Text size="sm">{w.agent.about[action]}</Text>
          {agentIds.length > 1 && <Text size="sm">{agentIds.join(', ')}</Text>}
          {/* Not before it is known what stands: that would be put over what is entered meanwhile. */}
          {!standing && <Skeleton h={120} />}
          {standing && action === 'move' && (
            <NameSelect
              label={w.agent.column.group}
              list={groupApi.list}
              among={{ reach: 'all' }}
              value={values.group}
              onChange={group => {
                setValues({ ...values, group })
              }}
            />
          )}
          {standing && action !== 'cancelDrain' && (
            <ModeField action={action} values={values} isLate={isLate} onChange={setValues} />
          )}
          {action !== 'cancelDrain' && isReady && <SessionsHit on={on} hit={hit} values={values} />}
          {send.error && <ErrorPanel error={send.error} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {action === 'cancelDrain' ? w.common.close : w.common.cancel}
            </Button>
            <Button
              disabled={!isReady || isLate || on.isPending}
              loading={send.isPending}
              {...(values.mode === 'end' && hit.length > 0 && { color: 'red.9' })}
              onClick={() => {
                send.mutate()
              }}
            >
              {w.agent.apply[action](agentIds.length)}
            </Button>
          </Group>
        </Stack>
      )}
    </Modal>
  )
}

/** What a single machine is draining by, and the group that it asks for; undefined while that is not known. */
function useStandingDuty(agentIds: readonly string[], isWanted: boolean): DutyValues | undefined {
  const [id = '', ...others] = agentIds
  const isOne = isWanted && others.length === 0
  const { data } = useQuery({ ...query(agentApi.show, { id }), enabled: isOne })
  if (!isOne) return blankDuty
  return (
    data && {
      mode: data.drain?.mode ?? blankDuty.mode,
      deadlineAt: data.drain?.deadlineAt ?? '',
      group: data.requestedGroup ?? '',
    }
  )
}

function ModeField({
  action,
  values,
  isLate,
  onChange,
}: {
  action: 'drain' | 'move'
  values: DutyValues
  isLate: boolean
  onChange: (values: DutyValues) => void
}) {
  const { w } = usePageWords()
  return (
    <>
      <Radio.Group
        label={w.agent.modeOf[action]}
        value={values.mode}
        onChange={mode => {
          onChange({ ...values, mode })
        }}
      >
        <Stack gap="xs" mt="xs">
          <Radio value="finish" label={w.agent.mode.finish} />
          <Radio value="end" label={w.agent.mode.end} />
        </Stack>
      </Radio.Group>
      {action === 'drain' && values.mode === 'finish' && (
        <TimeField
          label={w.agent.deadline}
          help={w.agent.deadlineHelp}
          value={values.deadlineAt}
          error={isLate ? w.turn.late : undefined}
          onChange={deadlineAt => {
            onChange({ ...values, deadlineAt })
          }}
        />
      )}
    </>
  )
}
