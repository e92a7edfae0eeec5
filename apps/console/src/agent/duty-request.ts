import { type Agent, agentApi, type DrainMode } from '@capstan/contract/agent'
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

const requests: Readonly<
  Record<AgentAction, (id: string, values: DutyValues, now: Date) => Promise<Agent>>
> = {
  drain: (id, values, now) =>
    call(agentApi.drain, { id, mode: values.mode, deadlineS: secondsUntil(values, now) }),
  cancelDrain: id => call(agentApi.cancelDrain, { id }),
  move: (id, { mode, group }) => call(agentApi.move, { id, resourceGroup: group, sessions: mode }),
}

export interface Refused {
  readonly id: string
  readonly error: unknown
}

/** Does it with each of them; answers those with which it could not be done. */
export async function sendDuty(
  action: AgentAction,
  ids: readonly string[],
  values: DutyValues,
): Promise<Refused[]> {
  const now = new Date()
  const send = async (id: string): Promise<Refused[]> => {
    try {
      await requests[action](id, values, now)
      return []
    } catch (error) {
      return [{ id, error }]
    }
  }
  return (await Promise.all(ids.map(send))).flat()
}
