import { Button, Group, Stack, Text } from '@mantine/core'
import '../ui/plain-table.css'
import { StatusBadge } from '../ui/StatusBadge.tsx'
import { type AllWords, usePageWords } from '../words/page-words.ts'
import type { AgentAction } from './agent.actions.ts'
import type { DutyOutcome } from './duty-request.ts'

/** What became of each machine. */
export function DutyOutcomes({
  action,
  outcomes,
  onClose,
}: {
  action: AgentAction
  outcomes: readonly DutyOutcome[]
  onClose: () => void
}) {
  const { w } = usePageWords()
  const done = outcomes.filter(({ outcome }) => outcome === 'done').length
  const missing = outcomes.length - done
  return (
    <Stack gap="md">
      <div role="status">
        {done > 0 && (
          <Text size="sm" fw={600}>
            {w.agent.done[action](done)}
          </Text>
        )}
        {missing > 0 && <Text size="sm">{w.agent.notDone(missing)}</Text>}
      </div>
      <div
        className="plain-scroll"
        tabIndex={0}
        role="region"
        aria-label={w.agent.outcomes}
        style={{ maxHeight: 360, overflowY: 'auto' }}
      >
        <table className="plain-table">
          <thead>
            <tr>
              <th scope="col">{w.overview.node}</th>
              <th scope="col">{w.agent.outcome}</th>
              <th scope="col">{w.agent.sessionsOn}</th>
            </tr>
          </thead>
          <tbody>
            {outcomes.map(({ id, outcome, sessionCount }) => (
              <tr key={id}>
                <th scope="row">{id}</th>
                <td>
                  <StatusBadge
                    tone={outcome === 'done' ? 'good' : 'bad'}
                    label={w.agent.outcomeOf[outcome]}
                  />
                </td>
                <td>{sessionsText({ outcome, sessionCount }, w)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <Group justify="flex-end">
        <Button data-autofocus onClick={onClose}>
          {w.common.close}
        </Button>
      </Group>
    </Stack>
  )
}

function sessionsText(
  { outcome, sessionCount }: Pick<DutyOutcome, 'outcome' | 'sessionCount'>,
  w: AllWords,
): string {
  if (outcome === 'not_found') return '–'
  return sessionCount === 0 ? w.agent.noSessions : w.agent.sessionsLeft(sessionCount)
}
