import { sessionApi } from '@capstan/contract/session'
import { openApi } from '../api.ts'
import { print } from '../output.ts'
import { sessionId } from './find.ts'

/** `session priority`. */
export async function changePriority(
  name: string,
  priority: number,
  { json }: { json?: boolean },
): Promise<void> {
  const api = openApi()
  const id = await sessionId(api.call, name)
  const session = await api.call(sessionApi.changePriority, { id, priority })
  print(json ? api.lastAnswer() : `${session.name}: priority ${session.priority}`)
}
