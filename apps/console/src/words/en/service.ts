import { pluralFor } from '../plural.ts'

const plural = pluralFor('en')

export const service = {
  title: 'Model services',
  one: 'Model service',
  purpose: 'Servers that are kept going: so many replicas alike, each replaced when it ends.',
  create: 'Start a model service',
  submit: 'Start service',
  created: (name: string) => `${name} is on its way`,
  view: 'Show it',
  live: 'Live',
  ended: 'Ended',
  emptyLive: 'No model services',
  emptyLiveHelp:
    'A service runs a command, such as a model server, in as many sessions as you ask for, and starts another one when one of them ends.',
  emptyEnded: 'No ended model services',
  emptyEndedHelp: 'Services that were ended are kept here.',
  replicas: 'Replicas',
  count: 'Number of replicas',
  replicasHelp: '0 pauses the service.',
  each: 'Each replica',
  running: (running: number, wanted: number) => `${running} of ${wanted} running`,
  paused: 'Paused',
  command: 'Command',
  commandHelp:
    'What each replica runs, by the shell. When it ends, another replica takes its place.',
  commandNeeded: 'a replica needs a command',
  name: 'Name',
  apply: 'Apply',
  scaled: (name: string, count: number) =>
    `${name} is to have ${plural(count, { one: '# replica', other: '# replicas' })}`,
  end: 'End the service',
  endOne: (name: string) => `End ${name}`,
  endTitle: (name: string) => `End ${name}?`,
  endText: (count: number) =>
    count === 0
      ? 'It has no replicas just now. It cannot be started again under this entry.'
      : plural(count, {
          one: 'Its replica ends too. It cannot be started again under this entry.',
          other: 'Its # replicas end too. It cannot be started again under this entry.',
        }),
  endDone: (name: string) => `${name} was ended`,
  retryNow: 'Try again now',
  endedLately: 'Ended lately',
  noReplicas: 'There are no replicas just now.',
  more: (count: number) => plural(count, { one: '# more', other: '# more' }),
  variables: 'Variables',
}
