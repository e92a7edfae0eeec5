import type { ChangeEvent } from '@capstan/contract/event'

/** Paths of the contract whose answers hold something of a topic. */
const pathsOf: Readonly<Record<ChangeEvent['topic'], readonly string[]>> = {
  session: [
    '/sessions',
    '/sessions/:id',
    '/services',
    '/services/:id',
    '/agents',
    '/devices',
    '/agents/:id',
    '/resource-groups',
    '/resource-groups/:name/queue',
    '/setup',
  ],
  service: ['/services', '/services/:id'],
  agent: [
    '/agents',
    '/devices',
    '/agents/:id',
    '/resource-groups',
    '/resource-groups/:name/queue',
    '/setup',
  ],
  image: ['/images', '/image-tasks', '/setup'],
  log: ['/sessions/:id/log'],
  proxy: ['/setup'],
  job: ['/jobs', '/jobs/:id', '/jobs/:id/items'],
  account: ['/account'],
}

/** Paths whose `id` is one of the topic's own: another id is another thing, and need not be read again. */
const ownPath: Readonly<Partial<Record<ChangeEvent['topic'], string>>> = {
  session: '/sessions/:id',
  service: '/services/:id',
  agent: '/agents/:id',
  log: '/sessions/:id/log',
  job: '/jobs/:id',
}

/** As if something of each topic had changed: of what is not known, all is read again. */
export const anything: readonly ChangeEvent[] = Object.keys(pathsOf).map(topic => ({
  // The keys are these.
  topic: topic as ChangeEvent['topic'],
  ids: [],
}))

const idOf = (input: unknown): unknown =>
  typeof input === 'object' && input !== null && 'id' in input ? input.id : undefined

/** Whether a cached answer, by its query key `[path, input]`, may be out of date after a change. */
export function isTouched(event: ChangeEvent, key: readonly unknown[]): boolean {
  const [path, input] = key
  if (typeof path !== 'string' || !pathsOf[event.topic].includes(path)) return false
  if (event.ids.length === 0 || path !== ownPath[event.topic]) return true
  return event.ids.some(id => id === idOf(input))
}
