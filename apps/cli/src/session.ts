import { ClusterMode, sessionStatuses } from '@capstan/contract/session'
import { type Command, Option } from 'commander'
import type { CreateOptions } from './session/create.ts'
import type { ExecOptions } from './session/exec.ts'
import type { LogOptions } from './session/log.ts'
import type { RemoveOptions } from './session/remove.ts'
import type { ListOptions } from './session/show.ts'
import { addManyAndLast } from './last.ts'
import { addContainerOptions } from './session/options.ts'
import { parseWhole } from './values.ts'

const json = ['--json', 'print the answer of the API'] as const

/** `capstan session …`. */
export function addSession(root: Command): void {
  const session = root.command('session').description('sessions: containers to work in')
  addCreate(session)
  addList(session)
  session
    .command('show')
    .description('show one session')
    .argument('<session>', 'name or id')
    .option(...json)
    .action(async (name: string, options: { json?: boolean }) =>
      (await import('./session/show.ts')).showSession(name, options),
    )
  session
    .command('logs')
    .description('show what a session has written')
    .argument('<session>', 'name or id')
    .option('-f, --follow', 'go on until the session has ended')
    .option(...json)
    .action(async (name: string, options: LogOptions) =>
      (await import('./session/log.ts')).showLog(name, options),
    )
  session
    .command('exec')
    .description('open a shell in a session, or run a command there; its exit code becomes ours')
    .argument('<session>', 'name or id')
    .argument('[command...]', 'after --: program and arguments')
    .option('-T, --no-tty', 'plain streams instead of a terminal')
    .option('--terminal <id>', 'come back to a terminal opened before')
    .action(async (name: string, command: string[], options: ExecOptions) =>
      (await import('./session/exec.ts')).execInSession(name, command, options),
    )
  addPriority(session)
  session
    .command('rm')
    .description('end sessions')
    .argument('<sessions...>', 'names or ids')
    .option('--force', 'at once, also when the node does not answer')
    .option(...json)
    .action(async (names: string[], options: RemoveOptions) =>
      (await import('./session/remove.ts')).removeSessions(names, options),
    )
}

function addPriority(session: Command): void {
  const command = session
    .command('priority')
    .description('change the priority of sessions that wait: the higher one goes first')
  const split = addManyAndLast(
    command,
    { name: 'sessions', about: 'names or ids' },
    { name: 'number', about: '0 to 100', read: parseWhole },
  )
  command.option(...json).action(async (words: string[], options: { json?: boolean }) => {
    const [names, priority] = split(words)
    await (await import('./session/priority.ts')).changePriority(names, priority, options)
  })
}

function addCreate(session: Command): void {
  const command = session
    .command('create')
    .description('start a session')
    .argument('[command...]', 'after --: what a batch session runs')
    .option('-n, --name <name>', 'default: a made-up one')
    .addOption(
      new Option('-t, --type <type>', 'default: batch when there is a command').choices([
        'interactive',
        'batch',
      ]),
    )
  addContainerOptions(command)
    .option('--starts-at <time>', 'not before this time, like 2030-01-31T08:00:00Z')
    .option('--after <sessions...>', 'when these have ended well: names of yours, or ids')
    .option(
      '--cluster-size <number>',
      'so many containers, all alike: all start, or none',
      parseWhole,
    )
    .addOption(
      new Option('--cluster-mode <mode>', 'all on one agent, or each where there is room').choices(
        ClusterMode.options,
      ),
    )
    .option('--agent <ids...>', 'only on these agents, for superadmins')
    .option('--count <number>', 'so many alike: NAME-1, NAME-2 …', parseWhole)
    .option('-w, --wait', 'until it runs, or, of a batch session, until it has ended')
    .option(...json)
    .action(async (words: string[], options: CreateOptions) =>
      (await import('./session/create.ts')).createSession(words, options),
    )
}

function addList(session: Command): void {
  session
    .command('list')
    .alias('ls')
    .description('list sessions: live ones, newest first')
    .option('-a, --all', 'also those that have ended')
    .addOption(new Option('--status <status...>', 'only these').choices(sessionStatuses))
    .addOption(
      new Option('--type <type...>', 'only these').choices(['interactive', 'batch', 'inference']),
    )
    .option('--name <text>', 'only names with this in them')
    .option('--user <text>', 'only of users with this in their e-mail')
    .option('--limit <number>', 'at most so many, up to 200', parseWhole, 50)
    .option('--cursor <cursor>', 'go on where the last page ended')
    .option(...json)
    .action(async (options: ListOptions) =>
      (await import('./session/show.ts')).listSessions(options),
    )
}
