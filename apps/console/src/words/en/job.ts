import { pluralFor } from '../plural.ts'

const plural = pluralFor('en')

export const job = {
  title: 'Jobs',
  purpose: 'What the server does to many at once, and what became of each.',
  bell: 'Jobs',
  running: (count: number) =>
    plural(count, { one: '# job is running', other: '# jobs are running' }),
  all: 'All jobs',
  none: 'No job was started yet',
  noneHelp:
    'Select several users or keypairs, or create many users: what the server does then appears here.',
  kind: {
    'user.create': 'Create users',
    'user.update': 'Change users',
    'keypair.update': 'Change keypairs',
    'keypair.remove': 'Delete keypairs',
  },
  status: {
    queued: 'Waiting',
    running: 'Running',
    done: 'Done',
    failed: 'Failed',
    cancelled: 'Cancelled',
  },
  cancelling: 'Ending after what it does just now',
  column: {
    kind: 'Job',
    status: 'Status',
    progress: 'Progress',
    failed: 'Failed',
    createdBy: 'Started by',
    created: 'Started',
  },
  itemStatus: {
    waiting: 'Waiting',
    done: 'Done',
    unchanged: 'As it was',
    failed: 'Failed',
    cancelled: 'Left out',
  },
  counts: (done: string, total: string) => `${done} of ${total}`,
  cancel: 'Cancel the job',
  cancelTitle: 'Cancel this job?',
  cancelText: 'What it has done stays. The rest is left as it is.',
  retry: 'Try again what failed',
  retried: 'What failed is tried again',
  results: 'Results',
  showAll: 'All',
  noItems: 'None',
  more: 'Show more',
  what: 'What is done',
  failure: 'Why it failed',
  passwords: 'Initial passwords',
  passwordsText:
    'They can be downloaded by you alone, for a day. Once you have them, erase them here.',
  passwordsGone: 'They were erased here.',
  download: 'Download passwords',
  forget: 'I have them: erase',
  forgetTitle: 'Erase these passwords here?',
  forgetText: 'They cannot be downloaded again. People keep the passwords that they have.',
  started: 'The job was started',
  open: 'Show it',
}

export const many = {
  change: 'Change…',
  createMany: 'Create many',
  createManyTitle: 'Create many users',
  pattern: 'From a pattern',
  csv: 'From a CSV file',
  prefix: 'Names begin with',
  count: 'How many',
  first: 'First number',
  emailDomain: 'E-mail addresses are at',
  file: 'CSV file',
  fileHelp: 'A line for each person below a line of heads; e-mail and name are needed.',
  chooseFile: 'Choose a file',
  template: 'Download a template',
  notUtf8: 'The file is not UTF-8: save it as “CSV UTF-8”.',
  forAll: 'For all of them',
  forAllHelp: 'Where a row of the file says otherwise, the row counts.',
  check: 'Check',
  checked: (count: number) =>
    plural(count, { one: '# user would be created', other: '# users would be created' }),
  problems: (count: number) =>
    plural(count, {
      one: '# problem. Nothing is created until it is solved.',
      other: '# problems. Nothing is created until they are solved.',
    }),
  line: 'Line',
  columnHead: 'Column',
  problem: 'Problem',
  moreProblems: (count: number) => `and ${count} more`,
  create: (count: number) => plural(count, { one: 'Create # user', other: 'Create # users' }),
  passwordsMade: 'Passwords are made up where none are given. You can download them afterwards.',
  activate: 'Activate',
  deactivate: 'Deactivate',
  setPolicy: 'Set the policy',
  setRole: 'Set the role',
  setRate: 'Set the rate limit',
  join: 'Add to projects',
  leave: 'Remove from projects',
  requireChange: 'Ask to change the password',
  remove: 'Delete inactive ones',
  concerned: (count: number, changed: number) =>
    changed === count
      ? plural(count, { one: '# is changed', other: '# are changed' })
      : `${changed} of ${plural(count, { one: '#', other: '#' })} are changed`,
  unchanged: (count: number) =>
    plural(count, { one: '# is so already', other: '# are so already' }),
  refused: (count: number) => plural(count, { one: '# cannot be:', other: '# cannot be:' }),
  atStake: (sessions: number, keypairs: number) =>
    `They have ${plural(sessions, { one: '# live session', other: '# live sessions' })} and ${plural(keypairs, { one: '# active keypair', other: '# active keypairs' })}.`,
  endSessions: 'End their live sessions too',
  among: 'Among them',
  apply: (count: number) => `Apply to ${count}`,
}
