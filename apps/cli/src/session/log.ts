import { sessionApi } from '@capstan/contract/session'
import { openApi } from '../api.ts'
import { followChanges } from '../changes.ts'
import { print } from '../output.ts'
import { sessionId } from './find.ts'

export interface LogOptions {
  readonly follow?: boolean
  readonly json?: boolean
}

/** `session logs`: what the session has written; with `--follow`, until it has ended. */
export async function showLog(name: string, { follow, json }: LogOptions): Promise<void> {
  const api = openApi()
  const id = await sessionId(api.call, name)
  const changes = follow ? followChanges(api.profile, id) : undefined
  try {
    for (let offset = 0; ;) {
      const page = await api.call(sessionApi.log, { id, offset })
      if (json) print(api.lastAnswer())
      else process.stdout.write(page.text)
      const isAtEnd = page.nextOffset === offset
      offset = page.nextOffset
      if (isAtEnd && (page.isComplete || !changes)) return
      if (isAtEnd) await changes?.next()
    }
  } finally {
    changes?.stop()
  }
}
