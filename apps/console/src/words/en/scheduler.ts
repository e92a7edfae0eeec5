import { pluralFor } from '../plural.ts'

const plural = pluralFor('en')
const sessions = { one: '# session', other: '# sessions' }

export const scheduler = {
  title: 'Scheduler',
  purpose: 'Who waits in a resource group, in the order in which they will be started, and why.',
  group: 'Resource group',
  noGroup: 'There is no resource group',
  column: {
    position: 'Position',
    status: 'Status',
    waiting: 'Waiting since',
    expected: 'About when',
  },
  startsNext: 'Starts next',
  waits: 'Waits',
  cancelled: 'Cancelled',
  unknown: 'not known',
  empty: 'Nothing waits in this resource group',
  emptyHelp: 'Sessions that cannot be started at once appear here, whoever owns them.',
  defaults: 'Defaults',
  defaultsTitle: 'Defaults of the schedulers',
  defaultsHelp: 'What applies in resource groups that have no value of their own.',
  defaultsSaved: (name: string) => `The defaults of ${name} were saved`,
  readOnly: 'Only superadmins change these.',
  whatIf: 'Try out settings',
  whatIfTitle: (name: string) => `Try out settings of ${name}`,
  whatIfHelp: 'Shows what other settings would make of those who wait now. Nothing is changed.',
  now: 'Now',
  changed: 'Then',
  outcome: { starts: 'Start at once', waits: 'Wait', cancelled: 'Are cancelled' },
  noDifference: 'Nobody would fare otherwise than now.',
  difference: (count: number) =>
    `${plural(count, { one: '# session', other: '# sessions' })} would fare otherwise:`,
  preempted: (count: number) => `${plural(count, sessions)} would be ended to make room:`,
  at: (position: number) => `Waits at ${position}`,
  priority: {
    change: 'Change the priority…',
    changeOf: (name: string) => `Change the priority of ${name}`,
    title: (count: number, name: string) =>
      count === 1
        ? `Change the priority of ${name}`
        : `Change the priority of ${plural(count, sessions)}`,
    range: '0 to 100',
    first: 'Before all others',
    last: 'Behind all others',
    preview: 'Where they would stand',
    gone: (count: number) =>
      plural(count, { one: 'It does not wait any more.', other: 'None of them waits any more.' }),
    apply: (count: number) =>
      count > 1 ? `Change ${plural(count, sessions)}` : 'Change the priority',
    done: (name: string, priority: number) => `The priority of ${name} is ${priority} now`,
    doneMany: (count: number, priority: number) =>
      `The priority of ${plural(count, sessions)} is ${priority} now`,
    late: (count: number) =>
      plural(count, { one: '# does not wait any more', other: '# do not wait any more' }),
  },
  policy: 'Limits of a keypair policy',
  openPolicy: 'Edit the policy with this…',
  save: 'Save these settings…',
}
