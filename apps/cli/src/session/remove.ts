import { sessionApi } from '@capstan/contract/session'
import { openApi } from '../api.ts'
import { describeFailure, print, say } from '../output.ts'
import { sessionId } from './find.ts'

export interface RemoveOptions {
  readonly force?: boolean
  readonly json?: boolean
}

/** `session rm`: ends several at once; one that does not exist does not keep the others. */
export async function removeSessions(
  names: readonly string[],
  { force = false, json }: RemoveOptions,
): Promise<void> {
  const api = openApi()
  const ids = new Map<string, string>()
  for (const name of names)
    await sessionId(api.call, name).then(
      id => ids.set(id, name),
      error => {
        say(describeFailure(error))
        process.exitCode = 1
      },
    )
  if (ids.size === 0) return
  const { items } = await api.call(sessionApi.terminate, { ids: [...ids.keys()], force })
  if (json) return print(api.lastAnswer())
  for (const { id, outcome } of items)
    print(`${ids.get(id) ?? id}: ${outcome.replaceAll('_', ' ')}`)
  if (items.some(({ outcome }) => outcome === 'not_found')) process.exitCode = 1
}
