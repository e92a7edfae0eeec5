import { type Session, sessionApi } from '@capstan/contract/session'
import { isEnded } from '@capstan/core/session'
import type { Call } from '@capstan/contract/client'
import { isId } from '../find.ts'

/** The id that a name or an id stands for: of sessions of that name the live one, else the newest. */
export async function sessionId(call: Call, nameOrId: string): Promise<string> {
  if (isId(nameOrId)) return nameOrId
  const { items } = await call(sessionApi.list, { name: nameOrId, sort: '-createdAt', limit: 200 })
  const named = items.filter(session => session.name === nameOrId)
  const live = named.filter(session => !isEnded(session.status))
  if (live.length > 1) throw new Error(severalOf(nameOrId, live))
  const found = live[0] ?? named[0]
  if (!found) throw new Error(`there is no session called ${nameOrId}`)
  return found.id
}

const severalOf = (name: string, sessions: readonly Session[]): string =>
  [
    `several sessions are called ${name}; give the id:`,
    ...sessions.map(session => `  ${session.id}  ${session.userEmail}`),
  ].join('\n')
