import { type Agent, type AgentDetails, agentApi, type NodeUsage } from '@capstan/contract/agent'
import { describeBytes } from '@capstan/core/slots'
import type { Command } from 'commander'
import { addDuty, describeDuty } from './agent/duty.ts'
import { openApi } from './api.ts'
import { addList } from './list.ts'
import { age, describeSlots, describeUse, print, properties, table } from './output.ts'

/** `capstan agent list|show` and what changes an agent, on the command that also runs one. */
export function addAgentQueries(agent: Command): void {
  // Running one and asking about them have options of the same names.
  agent.enablePositionalOptions()
  addList(agent, 'list the nodes of the cluster, also those that were lost or stopped', {
    endpoint: agentApi.list,
    columns: {
      ID: ({ id }) => id,
      STATUS: describeStatus,
      RUNTIMES: ({ runtimes }) => runtimes.map(({ name }) => name).join(', '),
      USED: ({ used, capacity }) => describeUse(used, capacity),
      SESSIONS: ({ sessionCount }) => sessionCount,
      GROUP: ({ resourceGroup, requestedGroup }) =>
        requestedGroup === null ? resourceGroup : `${resourceGroup} (asks for ${requestedGroup})`,
      'LAST HEARD': ({ lastContactAt }: Agent) => `${age(lastContactAt)} ago`,
    },
  })
  agent
    .command('show')
    .description('show one node with its devices and sessions')
    .argument('<id>')
    .option('--json', 'print the answer of the API')
    .action(showAgent)
  addDuty(agent)
}

/** Of one that is away, why; of one that is there, whether it takes anything. */
function describeStatus(agent: Agent): string {
  const { status, statusReason, lostAt, drain, isSchedulable } = agent
  if (status !== 'connected')
    return [status, lostAt && `${age(lostAt)} ago`, statusReason].filter(Boolean).join(', ')
  return drain === null && isSchedulable ? status : `${status} (${describeDuty(agent)})`
}

async function showAgent(id: string, { json }: { json?: boolean }): Promise<void> {
  const api = openApi()
  const agent = await api.call(agentApi.show, { id })
  print(json ? api.lastAnswer() : describeAgent(agent))
}

/** What a device does at the moment: `37 %, 1 GiB, 41 °C`. */
function describeLive(use: NodeUsage['devices'][number] | undefined): string {
  if (!use) return ''
  const { utilization, memBytes, temperatureC } = use
  return [
    utilization === null ? '' : `${Math.round(utilization * 100)} %`,
    memBytes === null ? '' : describeBytes(memBytes),
    temperatureC === null ? '' : `${temperatureC} °C`,
  ]
    .filter(Boolean)
    .join(', ')
}

const describeAgent = (agent: AgentDetails): string =>
  [
    properties([
      ['Id', agent.id],
      ['Status', agent.status],
      ['Reason', agent.statusReason],
      ['Left', agent.lostAt],
      ['Takes sessions', agent.isSchedulable ? 'yes' : 'no'],
      ['Maintenance', agent.drain && describeDuty(agent)],
      ['Resource group', agent.resourceGroup],
      ['Asks for group', agent.requestedGroup],
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
      ['DEVICE', 'MODEL', 'MEMORY', 'NUMA', 'LINK', 'SLOT', 'CAPACITY', 'USED', 'LIVE'],
      agent.devices.map(device => [
        device.id,
        device.model,
        device.memBytes === null ? '' : describeBytes(device.memBytes),
        device.numaNode,
        device.linkGroup,
        device.slot,
        describeSlots({ [device.slot]: device.capacity }),
        describeSlots({ [device.slot]: device.used }),
        describeLive(agent.usage?.devices.find(({ id }) => id === device.id)),
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
