import type { sessionApi } from '@capstan/contract/session'
import type * as z from 'zod'
import type { App } from '../app.ts'
import { seal } from '../db/seal.ts'
import { violates } from '../db/violation.ts'
import type { Actor } from '../http/actor.ts'
import { insertDependencies } from './dependency.store.ts'
import { environPurpose } from './environ.ts'
import { checkPolicy, nameTaken, newSession } from './new-session.ts'
import { insertMany } from './session.store.ts'

type Many = typeof sessionApi.createMany

/** Queues sessions that differ in their number alone: all of them, or none. */
export async function createMany(
  app: App,
  actor: Actor,
  { count, ...input }: z.output<Many['input']>,
): Promise<z.input<Many['output']>> {
  const session = await newSession(app, actor, input)
  const numbered = Array.from({ length: count }, (_, index) => {
    const environ = { ...input.environ, CAPSTAN_TASK_INDEX: String(index + 1) }
    return {
      name: `${input.name}-${index + 1}`,
      environSealed: seal(app.sealKey, JSON.stringify(environ), environPurpose),
    }
  })
  const items = await app.db.transaction().execute(async tx => {
    await checkPolicy(tx, session, count)
    const made = await insertMany(tx, session, numbered).catch((error: unknown) => {
      throw violates(error, 'session_name') ? nameTaken(input.name, input.owner) : error
    })
    const ids = made.map(({ id }) => id)
    await insertDependencies(tx, ids, session.dependsOn)
    return made
  })
  app.wake(['scheduler'])
  return { items }
}
