import { api } from '@capstan/contract/api'
import type { ServiceDetails } from '@capstan/contract/service'
import type { SessionDetails } from '@capstan/contract/session'
import type * as z from 'zod'
import type { TestManager, TestUser } from './manager.ts'

const mib = 1024 ** 2

/** What a small session is asked for with: in the user's first project, with the first image there is. */
async function small(user: TestUser) {
  const { projects } = await user.call(api.account.show, {})
  const { items } = await user.call(api.image.list, {})
  const project = projects.find(candidate => candidate.type === 'general')
  const image = items[0]
  if (!project || !image) throw new Error('the test needs a project and an agent with an image')
  return {
    name: `s-${crypto.randomUUID().slice(0, 8)}`,
    projectId: project.id,
    imageId: image.id,
    resources: { cpu: 1, mem: 256 * mib },
  }
}

/** Asks for a small session. */
export const startSession = async (
  _: TestManager,
  user: TestUser,
  given: Partial<z.input<typeof api.session.create.input>> = {},
): Promise<SessionDetails> => user.call(api.session.create, { ...(await small(user)), ...given })

/** Asks for a model service of one small replica. */
export const startService = async (
  user: TestUser,
  given: Partial<z.input<typeof api.service.create.input>> = {},
): Promise<ServiceDetails> =>
  user.call(api.service.create, { ...(await small(user)), startupCommand: 'serve', ...given })
