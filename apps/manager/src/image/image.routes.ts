import { AppError } from '@capstan/contract/errors'
import { imageApi, type ImageTaskState } from '@capstan/contract/image'
import type { HttpApp } from '@capstan/runtime/http'
import type * as z from 'zod'
import type { App } from '../app.ts'
import { type Actor, person } from '../http/actor.ts'
import { mount } from '../http/mount.ts'
import { cancelTask, findWorker, insertTask, listTasks } from './image-task.store.ts'
import { list } from './image.store.ts'

export function imageRoutes(http: HttpApp, app: App): void {
  mount(http, app, imageApi.list, (_, _actor, input) => list(app.db, input))
  mount(http, app, imageApi.startTask, startTask)
  mount(http, app, imageApi.listTasks, async () => {
    const since = new Date(app.now().getTime() - 24 * 3600 * 1000)
    return { items: await listTasks(app.db, since) }
  })
  mount(http, app, imageApi.cancelTask, cancel)
}

async function startTask(
  app: App,
  actor: Actor,
  input: z.output<typeof imageApi.startTask.input>,
): Promise<ImageTaskState> {
  const agentId = await findWorker(app.db, input.kind, input.agentId)
  if (agentId === undefined)
    throw new AppError('no_agent', {
      detail:
        input.kind === 'build'
          ? 'Building needs an agent on Debian, run as root, with a container engine'
          : 'Pulling needs an agent with a container engine',
    })
  const reference = input.kind === 'pull' ? input.reference : ''
  const task = await insertTask(app.db, {
    kind: input.kind,
    reference,
    agentId,
    userId: person(actor).userId,
  })
  app.wake([`agent:${agentId}`])
  return task
}

async function cancel(app: App, _: Actor, { id }: { id: string }): Promise<ImageTaskState> {
  const task = await cancelTask(app.db, id, app.now())
  if (!task) throw new AppError('image_task_not_found')
  app.wake([`agent:${task.agentId}`])
  return task
}
