import { groupApi, type ResourceGroup } from '@capstan/contract/group'
import type { Command } from 'commander'
import { openApi } from './api.ts'
import { confirm } from './confirm.ts'
import { eachOf } from './each.ts'
import { addFlags } from './flags.ts'
import type { LookedUp } from './group/save.ts'
import { addList } from './list.ts'
import { describeUse, print } from './output.ts'

interface JsonOption {
  readonly json?: boolean
}

const json = ['--json', 'print the answer of the API'] as const

/** What both creating and changing a group say of their fields. */
export const about = {
  isActive: 'it takes new sessions',
  isPublic: 'everybody may use it; otherwise only those that it lets in',
  scheduler: 'whose turn it is among those that wait',
  selector: 'which of the agents with room is taken',
  pendingTimeoutS: 'sessions that wait longer are cancelled; 0: never',
  retriesToSkip: 'tries in vain after which others go first; unlimited: the scheduler’s default',
  creationRetries: 'failed starts after which one is given up; unlimited: the scheduler’s default',
  reserveAfterS: 'how long one is passed over before agents are kept free for it',
  allowedDomains: 'domains that it lets in; an empty text for none',
  allowedKeypairs: 'access keys that it lets in; an empty text for none',
}

/** Given by names, which are looked up, or by a file. */
const instead = {
  name: '<name>',
  weights: '--weights',
  allowedProjects: '--allowed-projects',
  proxyAddress: '--proxy-address',
  proxyToken: '--proxy-token-file',
} as const

const addLookedUp = (command: Command): Command =>
  command
    .option('--weights <user=number,…>', 'with drf and fair-share: all that are not 1')
    .option('--allowed-projects <a,b>', 'projects that it lets in; an empty text for none')
    .option('--proxy-address <url>', 'of its application proxy; none: the one by the manager')
    .option(
      '--proxy-token-file <path>',
      'the token is the first line of this file; -: of the input',
    )

/** `capstan group …`. */
export function addGroup(root: Command): void {
  const group = root
    .command('group')
    .description('resource groups: agents, and how they are given out')
  addList(group, 'list the resource groups that you may use, or all of them', {
    endpoint: groupApi.list,
    about: { reach: 'those that you may use, or, for superadmins, all' },
    columns: {
      NAME: ({ name }) => name,
      STATUS: ({ isActive, isPublic }) =>
        `${isActive ? 'active' : 'inactive'}${isPublic ? '' : ', not public'}`,
      SCHEDULER: ({ scheduler }) => scheduler,
      SELECTOR: ({ selector }) => selector,
      AGENTS: ({ agentCount }) => agentCount,
      USED: ({ used, capacity }) => describeUse(used, capacity),
      WAITING: ({ pendingCount }: ResourceGroup) => pendingCount,
      DESCRIPTION: ({ description }) => description,
    },
  })
  group
    .command('show')
    .description('show one resource group')
    .argument('<name>')
    .option(...json)
    .action(async (name: string, options: JsonOption) =>
      (await import('./group/save.ts')).showGroup(openApi(), name, options),
    )
  addSave(group)
  addRemove(group)
}

function addSave(group: Command): void {
  const create = addLookedUp(group.command('create'))
    .description('create a resource group')
    .argument('<name>', 'it cannot be changed')
  const created = addFlags(create, groupApi.create, { about, instead })
  create
    .option(...json)
    .action(async (name: string, options: LookedUp & JsonOption) =>
      (await import('./group/save.ts')).createGroup(openApi(), { name, ...created() }, options),
    )
  const update = addLookedUp(group.command('update'))
    .description('change a resource group, from the next round on; what is not given stays')
    .argument('<name>')
  const changed = addFlags(update, groupApi.update, { about, instead })
  update
    .option(...json)
    .action(async (name: string, options: LookedUp & JsonOption) =>
      (await import('./group/save.ts')).updateGroup(openApi(), { name, ...changed() }, options),
    )
}

function addRemove(group: Command): void {
  group
    .command('remove')
    .alias('rm')
    .description('delete resource groups that nothing refers to')
    .argument('<names...>')
    .option('-y, --yes', 'do not ask')
    .option(...json)
    .action(async (names: string[], options: JsonOption & { yes?: boolean }) => {
      const api = openApi()
      await confirm(`Delete ${names.join(', ')} for good?`, options.yes)
      await eachOf(names, async name => {
        await api.call(groupApi.remove, { name })
        print(options.json ? api.lastAnswer() : `${name}: removed`)
      })
    })
}
