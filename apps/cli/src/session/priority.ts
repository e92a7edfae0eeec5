import { sessionApi } from '@capstan/contract/session'
import { type Api, openApi } from '../api.ts'
import { eachOf } from '../each.ts'
import { print, say } from '../output.ts'
import { sessionId } from './find.ts'

/** `session priority`: of several in one step; one that is not there, or waits no more, does not keep the others. */
export async function changePriority(
  names: readonly string[],
  priority: number,
  { json }: { json?: boolean },
): Promise<void> {
  const api = openApi()
  if (names.length === 1) return changeOne(api, names[0]!, priority, json)
  const named = new Map<string, string>()
  await eachOf(names, async name => {
    named.set(await sessionId(api.call, name), name)
  })
  if (named.size === 0) return
  const { items } = await api.call(sessionApi.changePriorities, {
    items: [...named.keys()].map(id => ({ id, priority })),
  })
  if (items.some(({ outcome }) => outcome !== 'changed')) process.exitCode = 1
  if (json) return print(api.lastAnswer())
  for (const { id, outcome } of items) {
    const name = named.get(id) ?? id
    if (outcome === 'changed') print(`${name}: priority ${priority}`)
    else say(`${name}: ${outcome === 'not_pending' ? 'waits no more' : 'is not there'}`)
  }
}

async function changeOne(api: Api, name: string, priority: number, json = false): Promise<void> {
  const id = await sessionId(api.call, name)
  const session = await api.call(sessionApi.changePriority, { id, priority })
  print(json ? api.lastAnswer() : `${session.name}: priority ${session.priority}`)
}
