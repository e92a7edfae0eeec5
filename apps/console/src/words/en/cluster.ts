import { pluralFor } from '../plural.ts'

const plural = pluralFor('en')
const containers = (count: number) => plural(count, { one: '# container', other: '# containers' })

/** Sessions of several containers, and sessions that wait for others. */
export const cluster = {
  size: 'Containers',
  sizeHelp: 'All alike, each with the resources above. All of them start, or none does.',
  mode: 'Where they run',
  modes: { 'single-node': 'On one machine', 'multi-node': 'On one or several' },
  modeHelp: {
    'single-node': 'All on the same machine: it has to have room for all at once.',
    'multi-node': 'Each where there is room, on the same machine or on others.',
  },
  inAll: (amounts: string) => `In all: ${amounts}`,
  inAllLabel: 'In all',
  about: (count: number, mode: 'single-node' | 'multi-node') =>
    `${containers(count)} ${mode === 'single-node' ? 'on one machine' : 'on one or several machines'}`,
  states: (count: number, status: string) => `${count} ${status.toLowerCase()}`,
  chooseLog: 'Container',
  logOf: (host: string) => `Log of ${host}`,
  after: 'Start after',
  afterHelp:
    'It waits until all of these have ended well: batch sessions with success, others after they ran. When one cannot any more, this one is cancelled.',
  afterLabel: 'Starts after',
  state: { waiting: 'waited for', succeeded: 'done', failed: 'did not end well' },
}
