import { type Keypair, keypairApi } from '@capstan/contract/keypair'
import type { Command } from 'commander'
import { type Api, openApi } from './api.ts'
import { confirm } from './confirm.ts'
import { eachOf } from './each.ts'
import { findUser } from './find.ts'
import { addFlags } from './flags.ts'
import { addList } from './list.ts'
import { age, print, properties, say } from './output.ts'

interface JsonOption {
  readonly json?: boolean
}

const json = ['--json', 'print the answer of the API'] as const
const jsonLines = ['--json', 'print the answers of the API, one a line'] as const

const about = {
  policy: 'keypair resource policy',
  rateLimit: 'requests in any 15 minutes; 100 or fewer may keep its user from signing in',
}

/** `capstan keypair …`. */
export function addKeypair(root: Command): void {
  const keypair = root.command('keypair').description('keys that requests are signed with')
  addList(keypair, 'list the keypairs of the users that you administer', {
    endpoint: keypairApi.list,
    about: {
      policy: 'only who follows this keypair policy',
      userId: 'only of the user of this id',
    },
    columns: {
      'ACCESS KEY': ({ accessKey }) => accessKey,
      USER: ({ userEmail }) => userEmail,
      STATUS: ({ isActive }) => (isActive ? 'active' : 'inactive'),
      MAIN: ({ isMain }: Keypair) => (isMain ? 'yes' : 'no'),
      POLICY: ({ policy }) => policy,
      'RATE LIMIT': ({ windowCount, rateLimit }) => `${windowCount} of ${rateLimit}`,
      'LAST USED': ({ lastUsedAt }) => lastUsedAt && `${age(lastUsedAt)} ago`,
      AGE: ({ createdAt }) => age(createdAt),
    },
  })
  keypair
    .command('show')
    .description('show one keypair, without its secret')
    .argument('<access-key>')
    .option(...json)
    .action(async (accessKey: string, options: JsonOption) => {
      const api = openApi()
      printKeypair(api, await api.call(keypairApi.show, { accessKey }), options)
    })
  addCreate(keypair)
  addUpdate(keypair)
  addStatus(keypair)
  addSecrets(keypair)
}

function addCreate(keypair: Command): void {
  const command = keypair
    .command('create')
    .description('make another keypair for a user')
    .requiredOption('--user <user>', 'e-mail, name or id')
  const fields = addFlags(command, keypairApi.create, { about, instead: { userId: '--user' } })
  command.option(...json).action(async ({ user, ...options }: JsonOption & { user: string }) => {
    const api = openApi()
    const { id } = await findUser(api.call, user)
    const made = await api.call(keypairApi.create, { userId: id, ...fields() })
    printKeypair(api, made, options)
    if (!options.json) print(properties([['Secret key', made.secretKey]]))
  })
}

function addUpdate(keypair: Command): void {
  const command = keypair
    .command('update')
    .description('change the policy or the rate limit of a keypair')
    .argument('<access-key>')
  const instead = { accessKey: '<access-key>', isActive: 'activate or deactivate' }
  const fields = addFlags(command, keypairApi.update, { about, instead })
  command.option(...json).action(async (accessKey: string, options: JsonOption) => {
    const api = openApi()
    const changed = await api.call(keypairApi.update, { accessKey, ...fields() })
    printKeypair(api, changed, options)
    if (changed.rateLimit <= 100)
      say('A limit of 100 requests or fewer may keep its user from signing in.')
  })
}

function addStatus(keypair: Command): void {
  for (const [verb, isActive, effect] of [
    ['activate', true, 'let keypairs sign requests again'],
    ['deactivate', false, 'keep keypairs from signing any request'],
  ] as const)
    keypair
      .command(verb)
      .description(effect)
      .argument('<access-keys...>')
      .option(...jsonLines)
      .action(async (accessKeys: string[], options: JsonOption) => {
        const api = openApi()
        await eachOf(accessKeys, async accessKey => {
          await api.call(keypairApi.update, { accessKey, isActive })
          print(
            options.json ? api.lastAnswer() : `${accessKey}: ${isActive ? 'active' : 'inactive'}`,
          )
        })
      })
}

function addSecrets(keypair: Command): void {
  keypair
    .command('reveal')
    .description('print the secret key of a keypair; that you looked is recorded')
    .argument('<access-key>')
    .option(...json)
    .action(async (accessKey: string, options: JsonOption) => {
      const api = openApi()
      const { secretKey } = await api.call(keypairApi.reveal, { accessKey })
      print(options.json ? api.lastAnswer() : secretKey)
    })
  keypair
    .command('remove')
    .alias('rm')
    .description('delete inactive keypairs for good; never one that is somebody’s main one')
    .argument('<access-keys...>')
    .option('-y, --yes', 'do not ask')
    .option(...jsonLines)
    .action(async (accessKeys: string[], options: JsonOption & { yes?: boolean }) => {
      const api = openApi()
      await confirm(`Delete ${accessKeys.join(', ')} for good?`, options.yes)
      await eachOf(accessKeys, async accessKey => {
        await api.call(keypairApi.remove, { accessKey })
        print(options.json ? api.lastAnswer() : `${accessKey}: removed`)
      })
    })
}

const printKeypair = (api: Api, keypair: Keypair, options: JsonOption): void =>
  print(
    options.json
      ? api.lastAnswer()
      : properties([
          ['Access key', keypair.accessKey],
          ['User', keypair.userEmail],
          ['Status', keypair.isActive ? 'active' : 'inactive'],
          ['Main', keypair.isMain ? 'yes' : 'no'],
          ['Policy', keypair.policy],
          ['Rate limit', `${keypair.windowCount} of ${keypair.rateLimit} in 15 minutes`],
          ['Requests', keypair.queryCount],
          ['Created', keypair.createdAt],
          ['Last used', keypair.lastUsedAt],
        ]),
  )
