import { type Agent, agentApi } from '@capstan/contract/agent'
import { type Command, Option } from 'commander'
import { type Api, openApi } from '../api.ts'
import { confirm } from '../confirm.ts'
import { eachOf } from '../each.ts'
import { addFlags } from '../flags.ts'
import { addManyAndLast } from '../last.ts'
import { print, say } from '../output.ts'

interface ChangeOptions {
  readonly json?: boolean
  readonly yes?: boolean
}

const json = ['--json', 'print the answer of the API'] as const
const yes = ['-y, --yes', 'do not ask'] as const

/** What agents take: `capstan agent update|drain|cancel-drain|move`. */
export function addDuty(agent: Command): void {
  addUpdate(agent)
  addDrain(agent)
  agent
    .command('cancel-drain')
    .description('end the maintenance of agents: they take new sessions again')
    .argument('<ids...>')
    .option(...json)
    .action(async (named: string[], options: ChangeOptions) => {
      const ids = eachOnce(named)
      const api = openApi()
      const [id] = ids
      if (id !== undefined && ids.length === 1)
        return printDuty(api, await api.call(agentApi.cancelDrain, { id }), options)
      printOutcomes(api, await api.call(agentApi.cancelDrainMany, { ids }), {
        ...options,
        done: 'is drained no more',
      })
    })
  addMove(agent)
}

function addUpdate(agent: Command): void {
  const command = agent
    .command('update')
    .description('let agents take new sessions, or keep them from doing so; those that run stay')
    .argument('<ids...>')
    .addOption(new Option('--schedulable', 'they take new sessions'))
    .addOption(new Option('--no-schedulable', 'they take none'))
    .option(...json)
  command.action(async (ids: string[], options: ChangeOptions & { schedulable: boolean }) => {
    if (command.getOptionValueSource('schedulable') !== 'cli')
      command.error('error: give --schedulable or --no-schedulable', { exitCode: 2 })
    const api = openApi()
    await eachOf(ids, async id => {
      const changed = await api.call(agentApi.update, { id, isSchedulable: options.schedulable })
      printDuty(api, changed, options)
    })
  })
}

function addDrain(agent: Command): void {
  const command = agent
    .command('drain')
    .description('empty agents for maintenance: they take no new sessions, those there finish')
    .argument('<ids...>')
  const fields = addFlags(command, agentApi.drain, {
    instead: { id: '<ids>' },
    about: {
      mode: 'what becomes of the sessions there',
      deadlineS: 'with finish: what still runs then is ended',
    },
  })
  command
    .option(...yes)
    .option(...json)
    .action(async (named: string[], options: ChangeOptions) => {
      const ids = eachOnce(named)
      const api = openApi()
      const given = fields()
      if (given.mode === 'end') await askToEnd(api, ids, options)
      const [id] = ids
      if (id !== undefined && ids.length === 1)
        return printDuty(api, await api.call(agentApi.drain, { id, ...given }), options)
      printOutcomes(api, await api.call(agentApi.drainMany, { ids, ...given }), {
        ...options,
        done: given.mode === 'end' ? 'draining: sessions are ended' : 'draining',
      })
    })
}

function addMove(agent: Command): void {
  const command = agent
    .command('move')
    .description('move agents to another resource group; to their own: dismiss what they ask for')
  const split = addManyAndLast(
    command,
    { name: 'ids', about: 'agents' },
    { name: 'group', about: 'where to', read: text => text },
  )
  const fields = addFlags(command, agentApi.move, {
    instead: { id: '<ids>', resourceGroup: '<group>' },
    about: { sessions: 'what becomes of the sessions of other groups there' },
  })
  command
    .option(...yes)
    .option(...json)
    .action(async (words: string[], options: ChangeOptions) => {
      const [named, resourceGroup] = split(words)
      const ids = eachOnce(named)
      const api = openApi()
      const given = fields()
      if (given.sessions === 'end') await askToEnd(api, ids, options)
      const [id] = ids
      if (id !== undefined && ids.length === 1)
        return printDuty(
          api,
          await api.call(agentApi.move, { id, resourceGroup, ...given }),
          options,
        )
      printOutcomes(api, await api.call(agentApi.moveMany, { ids, resourceGroup, ...given }), {
        ...options,
        done: `in resource group ${resourceGroup}`,
      })
    })
}

/** An agent that is named twice is meant once. */
const eachOnce = (ids: readonly string[]): string[] => [...new Set(ids)]

async function askToEnd(api: Api, ids: readonly string[], { yes }: ChangeOptions): Promise<void> {
  if (yes) return
  const counts = await Promise.all(
    ids.map(async id => (await api.call(agentApi.show, { id })).sessionCount),
  )
  const count = counts.reduce((sum, one) => sum + one, 0)
  const where = ids.length === 1 ? ids[0] : `these ${ids.length} agents`
  if (count > 0)
    await confirm(
      `${count} ${count === 1 ? 'session runs' : 'sessions run'} on ${where}. End them?`,
    )
}

/** What an agent takes now, in a few words. */
export function describeDuty({ drain, isSchedulable, sessionCount }: Agent): string {
  if (drain === null) return isSchedulable ? 'takes sessions' : 'takes no new sessions'
  if (sessionCount === 0) return 'drained: nothing runs there'
  const until = drain.deadlineAt === null ? '' : ` until ${drain.deadlineAt}`
  return drain.mode === 'end'
    ? 'draining: sessions are ended'
    : `draining: sessions may finish${until}`
}

const printDuty = (api: Api, agent: Agent, { json }: ChangeOptions): void =>
  print(
    json
      ? api.lastAnswer()
      : `${agent.id}: ${describeDuty(agent)}; in resource group ${agent.resourceGroup}`,
  )

/** What became of each; one that is not there is told, and ends the command with 1. */
function printOutcomes(
  api: Api,
  { items }: Awaited<ReturnType<typeof agentApi.drainMany.output.parseAsync>>,
  { json, done }: ChangeOptions & { readonly done: string },
): void {
  if (items.some(({ outcome }) => outcome === 'not_found')) process.exitCode = 1
  if (json) return print(api.lastAnswer())
  for (const { id, outcome, sessionCount } of items)
    if (outcome === 'not_found') say(`${id}: there is no such agent`)
    else
      print(
        `${id}: ${done}; ${sessionCount === 1 ? '1 session runs' : `${sessionCount} sessions run`} there`,
      )
}
