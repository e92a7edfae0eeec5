import { type User, userApi } from '@capstan/contract/user'
import type { Command } from 'commander'
import { openApi } from './api.ts'
import { addFlags } from './flags.ts'
import { addList } from './list.ts'
import { age } from './output.ts'
import { addPasswordOptions, type PasswordOptions } from './user/password.ts'
import type { DeactivateOptions } from './user/status.ts'

/** What both creating and changing a user say of their fields. */
const about = {
  role: 'what they may do; an admin administers one domain',
  status: 'only an active user may sign in',
  policy: 'user resource policy',
  keypairPolicy: 'resource policy of their keypair',
  isSudoEnabled: 'sudo works without a password in their sessions',
  isPasswordChangeRequired: 'they are asked for a new password',
}

/** Given by names, which are looked up. */
const projects = [
  '--projects <a,b>',
  'projects of their domain, by name; an empty text for none',
] as const

/** `capstan user …`. */
export function addUser(root: Command): void {
  const user = root.command('user').description('people who may sign in')
  addList(user, 'list the users that you administer', {
    endpoint: userApi.list,
    about: { policy: 'only who follows this user policy', domainName: 'only of this domain' },
    columns: {
      'E-MAIL': ({ email }) => email,
      NAME: ({ name }) => name,
      ROLE: ({ role }) => role,
      STATUS: ({ status }) => status,
      DOMAIN: ({ domainName }: User) => domainName,
      POLICY: ({ policy }) => policy,
      AGE: ({ createdAt }) => age(createdAt),
      DESCRIPTION: ({ description }) => description,
    },
  })
  user
    .command('show')
    .description('show one user with their projects')
    .argument('<user>', 'e-mail, name or id')
    .option('--json', 'print the answer of the API')
    .action(async (wanted: string, options: { json?: boolean }) =>
      (await import('./user/show.ts')).showUser(openApi(), wanted, options),
    )
  addCreate(user)
  addUpdate(user)
  addStatus(user)
}

interface SaveOptions extends PasswordOptions {
  readonly projects?: string
  readonly json?: boolean
}

function addCreate(user: Command): void {
  const command = addPasswordOptions(user.command('create'))
    .description('create a user, with a keypair of their own; the password is asked for')
    .argument('<email>', 'what they sign in with; it cannot be changed')
    .option(...projects)
  const fields = addFlags(command, userApi.create, {
    about,
    instead: { email: '<email>', password: 'the password', projectIds: '--projects' },
  })
  command
    .option('--json', 'print the answer of the API')
    .action(async (email: string, options: SaveOptions) =>
      (await import('./user/save.ts')).createUser(openApi(), { email, ...fields() }, options),
    )
}

function addUpdate(user: Command): void {
  const command = addPasswordOptions(user.command('update'))
    .description('change a user; what is not given stays')
    .argument('<user>', 'e-mail, name or id')
    .option('--password', 'ask for a new password')
    .option(...projects)
  const fields = addFlags(command, userApi.update, {
    about: {
      ...about,
      deactivateKeypairs: 'their keypairs too, with --status inactive',
      endSessions: 'their sessions too, with --status inactive',
    },
    instead: { id: '<user>', password: 'the password', projectIds: '--projects' },
  })
  command
    .option('--json', 'print the answer of the API')
    .action(async (wanted: string, options: SaveOptions & { password?: boolean }) =>
      (await import('./user/save.ts')).updateUser(openApi(), wanted, fields(), options),
    )
}

function addStatus(user: Command): void {
  user
    .command('activate')
    .description('let users sign in again; their keypairs stay as they are')
    .argument('<users...>', 'e-mails, names or ids')
    .option('--json', 'print the answers of the API, one a line')
    .action(async (wanted: string[], options: { json?: boolean }) =>
      (await import('./user/status.ts')).activateUsers(openApi(), wanted, options),
    )
  user
    .command('deactivate')
    .description('keep users from signing in; nothing of theirs is deleted')
    .argument('<users...>', 'e-mails, names or ids')
    .option('--deactivate-keypairs', 'their keypairs too; otherwise these stay as they are')
    .option('--end-sessions', 'their sessions too; otherwise these go on')
    .option('-y, --yes', 'do not ask')
    .option('--json', 'print the answers of the API, one a line')
    .action(async (wanted: string[], options: DeactivateOptions) =>
      (await import('./user/status.ts')).deactivateUsers(openApi(), wanted, options),
    )
}
