import { type Session, sessionApi } from '@capstan/contract/session'
import { useQueries } from '@tanstack/react-query'
import { query } from '../api/call.ts'

export interface SessionsOn {
  /** Each once, also those that run on several of the machines. */
  readonly sessions: readonly Session[]
  /** There are more than these. */
  readonly hasMore: boolean
  readonly isPending: boolean
  readonly error: Error | null
}

/** The live sessions of some machines: what an action there would hit. */
export const useSessionsOn = (agentIds: readonly string[]): SessionsOn =>
  useQueries({
    queries: agentIds.map(agentId =>
      query(sessionApi.list, { agentId, state: 'live', limit: 200 }),
    ),
    combine: answers => {
      const all = answers.flatMap(({ data }) => data?.items ?? [])
      return {
        sessions: [...new Map(all.map(session => [session.id, session])).values()],
        hasMore: answers.some(({ data }) => data !== undefined && data.nextCursor !== null),
        isPending: answers.some(({ isPending }) => isPending),
        error: answers.find(({ error }) => error)?.error ?? null,
      }
    },
  })
