import { api } from '@capstan/contract/api'
import type { SessionDetails } from '@capstan/contract/session'
import type * as z from 'zod'
import type { TestManager, TestUser } from './manager.ts'

const mib = 1024 ** 2

/** Asks for a small session in the user's first project, with the first image there is. */
export async function startSession(
  _: TestManager,
  user: TestUser,
  given: Partial<z.input<typeof api.session.create.input>> = {},
): Promise<SessionDetails> {
  const { projects } = await user.call(api.account.show, {})
  const { items } = await user.call(api.image.list, {})
  const project = projects.find(candidate => candidate.type === 'general')
  const image = items[0]
  if (!project || !image) throw new Error('the test needs a project and an agent with an image')
  return user.call(api.session.create, {
    name: `s-${crypto.randomUUID().slice(0, 8)}`,
    projectId: project.id,
    imageId: image.id,
    resources: { cpu: 1, mem: 256 * mib },
    ...given,
  })
}
