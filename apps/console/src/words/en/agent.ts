import { pluralFor } from '../plural.ts'

const plural = pluralFor('en')
const machines = (count: number): string => plural(count, { one: '# machine', other: '# machines' })
const named = (ids: readonly string[]): string =>
  ids.length === 1 ? (ids[0] ?? '') : machines(ids.length)

export const agent = {
  title: 'Agents',
  purpose: 'The machines that sessions run on.',
  connected: 'Connected',
  terminated: 'Terminated',
  column: {
    id: 'ID',
    status: 'Status',
    address: 'Address',
    region: 'Region',
    architecture: 'Architecture',
    group: 'Resource group',
    firstContact: 'First contact',
    lastContact: 'Last contact',
    version: 'Version',
    schedulable: 'Schedulable',
    sessions: 'Sessions',
    left: 'Left',
    reason: 'Why',
  },
  empty: 'No machine is connected',
  emptyHelp: 'Every machine that runs an agent appears here, with what it has and what is in use.',
  emptyLeft: 'No machine has left',
  emptyLeftHelp: 'Machines that were connected once, and were lost or stopped, are kept here.',
  problems: (count: number) => plural(count, { one: '# problem', other: '# problems' }),
  problemsTitle: 'Needs a look',
  resources: 'Given out to sessions',
  live: 'Live use',
  measured: 'Measured',
  notMeasured: 'This machine reports no live use.',
  devices: 'Devices',
  device: 'Device',
  model: 'Model',
  given: 'Given out',
  givenTo: 'To',
  utilization: 'Utilization',
  memory: 'Memory',
  temperature: 'Temperature',
  disk: 'Disk',
  network: 'Network',
  networkText: (received: string, sent: string) => `${received} in · ${sent} out`,
  isolation: 'What is kept apart',
  isolationHelp: 'Between sessions on this machine, and between them and the machine itself.',
  enforced: 'Enforced',
  notEnforced: 'Not enforced',
  runtime: { docker: 'Containers', process: 'Local processes' },
  sessionsOn: 'Sessions on it',
  noSessions: 'No sessions.',
  schedulable: 'Takes new sessions',
  schedulableOff: (name: string) => `Keep new sessions off ${name}?`,
  schedulableOffText: 'Sessions that run there stay. New ones are placed elsewhere, or wait.',
  schedulableOn: (name: string) => `Let new sessions go to ${name}?`,
  schedulableOnText: 'It takes part in the next scheduling turn.',
  turnOff: 'Keep new sessions off',
  turnOn: 'Let new sessions in',
  action: {
    drain: 'Drain…',
    cancelDrain: 'Cancel the drain',
    move: 'Move to another group…',
  },
  heading: {
    drain: (ids: readonly string[]) => `Drain ${named(ids)}`,
    cancelDrain: (ids: readonly string[]) => `Cancel the drain of ${named(ids)}`,
    move: (ids: readonly string[]) => `Move ${named(ids)} to another resource group`,
  },
  about: {
    drain: 'For maintenance: no new sessions go there until the drain is cancelled.',
    cancelDrain: 'New sessions go there again, where they are not kept off.',
    move: 'New sessions of that resource group go there, and none of the one that it leaves.',
  },
  apply: {
    drain: (count: number) => `Drain ${machines(count)}`,
    cancelDrain: (count: number) =>
      plural(count, { one: 'Cancel the drain', other: 'Cancel # drains' }),
    move: (count: number) => `Move ${machines(count)}`,
  },
  done: {
    drain: (count: number) =>
      plural(count, { one: '# machine is drained', other: '# machines are drained' }),
    cancelDrain: (count: number) =>
      plural(count, {
        one: '# machine is drained no longer',
        other: '# machines are drained no longer',
      }),
    move: (count: number) =>
      plural(count, { one: '# machine was moved', other: '# machines were moved' }),
  },
  outcomes: 'What became of each',
  outcome: 'Outcome',
  outcomeOf: { done: 'Done', not_found: 'There is no such machine' },
  notDone: (count: number) => `It could not be done with ${machines(count)}`,
  modeOf: {
    drain: 'Sessions that run there',
    move: 'Sessions of other groups that run there',
  },
  mode: { finish: 'Let them finish', end: 'End them at once' },
  deadline: 'Deadline',
  deadlineHelp: 'What still runs then is ended. Empty: they may take as long as they take.',
  hit: (count: number, isMore: boolean) =>
    count === 0
      ? 'No session is hit.'
      : isMore
        ? `More than ${count} sessions are hit.`
        : plural(count, { one: '# session is hit.', other: '# sessions are hit.' }),
  fate: {
    finish: 'Each goes on until it ends by itself.',
    end: 'Each is ended at once. Files that are not in a mounted folder are lost.',
  },
  fateUntil: (time: string) => `Each goes on; what still runs at ${time} is ended.`,
  moreHit: (count: number) => `… and ${count} more`,
  draining: 'Draining',
  drained: 'Drained',
  drainedNote: 'Nothing runs there any more.',
  sessionsLeft: (count: number) =>
    plural(count, { one: '# session left', other: '# sessions left' }),
  until: (time: string) => `until ${time}`,
  changeDrain: 'Change the drain…',
  asksFor: (group: string) => `Asks for resource group ${group}`,
  asksForText: (group: string) =>
    `The machine was started with this setting. It stays in ${group} until someone moves it.`,
  moveThere: 'Move it there…',
  dismiss: 'Dismiss',
  dismissTitle: 'Dismiss what it asks for?',
  dismissText: (group: string) => `It stays in ${group} until it is started with another setting.`,
  away: (count: number) =>
    plural(count, {
      one: '# session ran there',
      other: '# sessions ran there',
    }),
  awayText:
    'They are shown as they were last known, and keep what they hold. When the machine returns they are taken up again. To free what they hold before, end them at once.',
}
