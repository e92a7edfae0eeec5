import type { Command } from 'commander'
import { openApi } from '../api.ts'
import { describeField } from '../describe.ts'
import { wordsOf } from '../field.ts'
import { addFlags } from '../flags.ts'
import { addList } from '../list.ts'
import { age, type Cell } from '../output.ts'
import {
  previewPolicy,
  removePolicy,
  type RemoveOptions,
  updatePolicy,
  type UpdateOptions,
} from './change.ts'
import { limitsOf, type Policy, type PolicyKind } from './kinds.ts'
import { printPolicy } from './show.ts'

interface JsonOption {
  readonly json?: boolean
}

const json = ['--json', 'print the answer of the API'] as const
const instead = { name: '<name>' }

/** `policy KIND …`: all kinds have the same verbs. */
export function addPolicyKind(root: Command, kind: PolicyKind): void {
  const { name, followers, api } = kind
  const noun = root.command(name).description(`policies that ${followers[1]} follow`)
  addList(noun, `list the ${name} policies; ∞ is no limit`, {
    endpoint: api.list,
    columns: columnsOf(kind),
  })
  noun
    .command('show')
    .description(`show one ${name} policy`)
    .argument('<name>')
    .option(...json)
    .action(async (policy: string, options: JsonOption) => {
      const api = openApi()
      printPolicy(api, kind, await api.call(kind.api.show, { name: policy }), options.json)
    })
  addCreate(noun, kind)
  addUpdate(noun, kind)
  noun
    .command('remove')
    .alias('rm')
    .description(`delete a ${name} policy that nothing follows, or whose followers get another one`)
    .argument('<name>')
    .option('--reassign-to <name>', `policy that its ${followers[1]} follow from then on`)
    .option('-y, --yes', 'do not ask')
    .option(...json)
    .action((policy: string, options: RemoveOptions) =>
      removePolicy(openApi(), kind, policy, options),
    )
}

function addCreate(noun: Command, kind: PolicyKind): void {
  const command = noun
    .command('create')
    .description(`create a ${kind.name} policy; a limit that is not given is no limit`)
    .argument('<name>', 'it cannot be changed')
  const fields = addFlags(command, kind.api.create, { instead })
  command.option(...json).action(async (name: string, options: JsonOption) => {
    const api = openApi()
    printPolicy(api, kind, await api.call(kind.api.create, { name, ...fields() }), options.json)
  })
}

function addUpdate(noun: Command, kind: PolicyKind): void {
  const update = noun
    .command('update')
    .description(
      'change limits; says first whom that touches, and asks. Those that are not given stay',
    )
    .argument('<name>')
  const changes = addFlags(update, kind.api.update, { instead })
  update
    .option('-y, --yes', 'do not ask')
    .option(...json)
    .action((name: string, options: UpdateOptions) =>
      updatePolicy(openApi(), kind, { name, ...changes() }, options),
    )
  const preview = noun
    .command('preview')
    .description('say whom a change of limits would touch, without making it')
    .argument('<name>')
  const previewed = addFlags(preview, kind.api.preview, { instead })
  preview
    .option(...json)
    .action((name: string, options: JsonOption) =>
      previewPolicy(openApi(), kind, { name, ...previewed() }, options),
    )
}

function columnsOf(kind: PolicyKind): Record<string, (policy: Policy) => Cell> {
  const limits = limitsOf(kind).filter(limit => limit !== 'allowedVolumes')
  return {
    NAME: ({ name }) => name,
    [kind.followers[1].toUpperCase()]: ({ followerCount }) => followerCount,
    ...Object.fromEntries(
      limits.map(limit => [
        wordsOf(limit).replace(/^max /, '').toUpperCase(),
        (policy: Policy) => describeField(limit, policy[limit]),
      ]),
    ),
    AGE: ({ createdAt }) => age(createdAt),
  }
}
