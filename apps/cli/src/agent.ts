import { type AgentDetails, agentApi } from '@capstan/contract/agent'
import type { Command } from 'commander'
import { openApi } from './api.ts'
import { age, describeSlots, describeUse, print, properties, say, table } from './output.ts'
import { parseWhole } from './values.ts'

interface ListOptions {
  readonly limit: number
  readonly cursor?: string
  readonly json?: boolean
}

/** `capstan agent list|show`, on the command that also runs an agent. */
export function addAgentQueries(agent: Command): void {
  agent
    .command('list')
    .alias('ls')
    .description('list the nodes of the cluster')
    .option('--limit <number>', 'at most so many, up to 200', parseWhole, 50)
    .option('--cursor <cursor>', 'go on where the last page ended')
    .option('--json', 'print the answer of the API')
    .action(listAgents)
  agent
    .command('show')
    .description('show one node with its devices and sessions')
    .argument('<id>')
    .option('--json', 'print the answer of the API')
    .action(showAgent)
}

async function listAgents({ limit, cursor, json }: ListOptions): Promise<void> {
  const api = openApi()
  const { items, nextCursor } = await api.call(agentApi.list, {
    limit,
    ...(cursor !== undefined && { cursor }),
  })
  if (json) return print(api.lastAnswer())
  print(
    table(
      ['ID', 'STATUS', 'RUNTIMES', 'USED', 'SESSIONS', 'GROUP', 'LAST HEARD'],
      items.map(agent => [
        agent.id,
        agent.isSchedulable ? agent.status : `${agent.status} (takes no new sessions)`,
        agent.runtimes.map(({ name }) => name).join(', '),
        describeUse(agent.used, agent.capacity),
        agent.sessionCount,
        agent.resourceGroup,
        `${age(agent.lastContactAt)} ago`,
      ]),
    ),
  )
  if (nextCursor !== null) say(`There are more: add --cursor ${nextCursor}`)
}

async function showAgent(id: string, { json }: { json?: boolean }): Promise<void> {
  const api = openApi()
  const agent = await api.call(agentApi.show, { id })
  print(json ? api.lastAnswer() : describeAgent(agent))
}

const describeAgent = (agent: AgentDetails): string =>
  [
    properties([
      ['Id', agent.id],
      ['Status', agent.status],
      ['Reason', agent.statusReason],
      ['Takes sessions', agent.isSchedulable ? 'yes' : 'no'],
      ['Resource group', agent.resourceGroup],
      ['Region', agent.region],
      ['Address', agent.address],
      ['Architecture', agent.architecture],
      ['Version', agent.version],
      ['Runtimes', agent.runtimes.map(({ name, version }) => `${name} ${version}`).join(', ')],
      ['Used', describeUse(agent.used, agent.capacity)],
      ['First heard', agent.firstContactAt],
      ['Last heard', agent.lastContactAt],
      ...agent.problems.map(({ code, message }) => [`Problem ${code}`, message] as const),
    ]),
    '',
    table(
      ['DEVICE', 'MODEL', 'SLOT', 'CAPACITY', 'USED'],
      agent.devices.map(device => [
        device.id,
        device.model,
        device.slot,
        describeSlots({ [device.slot]: device.capacity }),
        describeSlots({ [device.slot]: device.used }),
      ]),
    ),
    '',
    table(
      ['SESSION', 'STATUS', 'USER', 'RESOURCES'],
      agent.sessions.map(session => [
        session.name,
        session.status,
        session.userEmail,
        describeSlots(session.resources),
      ]),
    ),
  ].join('\n')
