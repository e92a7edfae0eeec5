import { type Agent, agentApi, type DrainMode } from '@capstan/contract/agent'
import type * as z from 'zod'
import { call } from '../api/call.ts'
import type { AgentAction } from './agent.actions.ts'

/** What stands in the fields of the dialog. */
export interface DutyValues {
  /** What becomes of the sessions that it hits. */
  readonly mode: DrainMode
  /** With a drain: what still runs then is ended. Empty: never. */
  readonly deadlineAt: string
  /** To which the machines are moved; empty while none is chosen. */
  readonly group: string
}

export const blankDuty: DutyValues = { mode: 'finish', deadlineAt: '', group: '' }

/** How long until the deadline, in seconds; null where there is none. */
export function secondsUntil({ mode, deadlineAt }: DutyValues, now: Date): number | null {
  if (mode === 'end' || deadlineAt === '') return null
  return Math.round((new Date(deadlineAt).getTime() - now.getTime()) / 1000)
}

/** What became of a machine, as the API tells it. */
export type DutyOutcome = z.output<typeof agentApi.drainMany.output>['items'][number]

type Answer = Agent | { readonly items: readonly DutyOutcome[] }

const forOne: Readonly<
  Record<AgentAction, (id: string, values: DutyValues, now: Date) => Promise<Answer>>
> = {
  drain: (id, values, now) => call(agentApi.drain, { id, ...drainOf(values, now) }),
  cancelDrain: id => call(agentApi.cancelDrain, { id }),
  move: (id, values) => call(agentApi.move, { id, ...moveOf(values) }),
}

const forMany: Readonly<
  Record<AgentAction, (ids: string[], values: DutyValues, now: Date) => Promise<Answer>>
> = {
  drain: (ids, values, now) => call(agentApi.drainMany, { ids, ...drainOf(values, now) }),
  cancelDrain: ids => call(agentApi.cancelDrainMany, { ids }),
  move: (ids, values) => call(agentApi.moveMany, { ids, ...moveOf(values) }),
}

const drainOf = (values: DutyValues, now: Date) => ({
  mode: values.mode,
  deadlineS: secondsUntil(values, now),
})

const moveOf = ({ mode, group }: DutyValues) => ({ resourceGroup: group, sessions: mode })

/** Does it with all of them in one request; answers what became of each. The log names a single machine. */
export async function sendDuty(
  action: AgentAction,
  ids: readonly string[],
  values: DutyValues,
): Promise<readonly DutyOutcome[]> {
  const [only, ...others] = ids
  const now = new Date()
  const answer =
    only !== undefined && others.length === 0
      ? await forOne[action](only, values, now)
      : await forMany[action]([...ids], values, now)
  return 'items' in answer
    ? answer.items
    : [{ id: answer.id, outcome: 'done', sessionCount: answer.sessionCount }]
}
