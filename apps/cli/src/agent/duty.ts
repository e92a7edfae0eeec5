import { type Agent, agentApi } from '@capstan/contract/agent'
import { type Command, Option } from 'commander'
import { type Api, openApi } from '../api.ts'
import { confirm } from '../confirm.ts'
import { addFlags } from '../flags.ts'
import { print } from '../output.ts'

interface ChangeOptions {
  readonly json?: boolean
  readonly yes?: boolean
}

const json = ['--json', 'print the answer of the API'] as const
const yes = ['-y, --yes', 'do not ask'] as const

/** What an agent takes: `capstan agent update|drain|cancel-drain|move`. */
export function addDuty(agent: Command): void {
  addUpdate(agent)
  addDrain(agent)
  agent
    .command('cancel-drain')
    .description('end the maintenance of an agent: it takes new sessions again')
    .argument('<id>')
    .option(...json)
    .action(async (id: string, options: ChangeOptions) => {
      const api = openApi()
      printDuty(api, await api.call(agentApi.cancelDrain, { id }), options)
    })
  addMove(agent)
}

function addUpdate(agent: Command): void {
  const command = agent
    .command('update')
    .description('let an agent take new sessions, or keep it from doing so; those that run stay')
    .argument('<id>')
    .addOption(new Option('--schedulable', 'it takes new sessions'))
    .addOption(new Option('--no-schedulable', 'it takes none'))
    .option(...json)
  command.action(async (id: string, options: ChangeOptions & { schedulable: boolean }) => {
    if (command.getOptionValueSource('schedulable') !== 'cli')
      command.error('error: give --schedulable or --no-schedulable', { exitCode: 2 })
    const api = openApi()
    const changed = await api.call(agentApi.update, { id, isSchedulable: options.schedulable })
    printDuty(api, changed, options)
  })
}

function addDrain(agent: Command): void {
  const command = agent
    .command('drain')
    .description('empty an agent for maintenance: it takes no new sessions, those there finish')
    .argument('<id>')
  const fields = addFlags(command, agentApi.drain, {
    instead: { id: '<id>' },
    about: {
      mode: 'what becomes of the sessions there',
      deadlineS: 'with finish: what still runs then is ended',
    },
  })
  command
    .option(...yes)
    .option(...json)
    .action(async (id: string, options: ChangeOptions) => {
      const api = openApi()
      const given = fields()
      if (given.mode === 'end') await askToEnd(api, id, options)
      printDuty(api, await api.call(agentApi.drain, { id, ...given }), options)
    })
}

function addMove(agent: Command): void {
  const command = agent
    .command('move')
    .description('move an agent to another resource group; to its own: dismiss what it asks for')
    .argument('<id>')
    .argument('<group>')
  const fields = addFlags(command, agentApi.move, {
    instead: { id: '<id>', resourceGroup: '<group>' },
    about: { sessions: 'what becomes of the sessions of other groups there' },
  })
  command
    .option(...yes)
    .option(...json)
    .action(async (id: string, resourceGroup: string, options: ChangeOptions) => {
      const api = openApi()
      const given = fields()
      if (given.sessions === 'end') await askToEnd(api, id, options)
      printDuty(api, await api.call(agentApi.move, { id, resourceGroup, ...given }), options)
    })
}

async function askToEnd(api: Api, id: string, { yes }: ChangeOptions): Promise<void> {
  if (yes) return
  const { sessionCount } = await api.call(agentApi.show, { id })
  if (sessionCount > 0)
    await confirm(
      `${sessionCount} ${sessionCount === 1 ? 'session runs' : 'sessions run'} on ${id}. End them?`,
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
