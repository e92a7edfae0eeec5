import type { AgentDetails, NodeUsage } from '@capstan/contract/agent'
import { deviceApi, type GivenDevice } from '@capstan/contract/device'
import { Text, Title } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { query } from '../api/call.ts'
import { TextLink } from '../ui/links.tsx'
import { AmountBar } from '../ui/AmountBar.tsx'
import { Properties } from '../ui/Properties.tsx'
import { RelativeTime } from '../ui/RelativeTime.tsx'
import { usePageWords } from '../words/page-words.ts'

/** Exact live use of a machine, and of each device in it (AGT-02). */
export function AgentDevices({ agent }: { agent: AgentDetails }) {
  const { w } = usePageWords()
  return (
    <section aria-label={w.agent.live}>
      <Title order={2} mb="sm">
        {w.agent.live}
      </Title>
      {agent.usage ? (
        <NodeUse agent={agent} usage={agent.usage} />
      ) : (
        <Text size="sm" c="dimmed" mb="md">
          {w.agent.notMeasured}
        </Text>
      )}
      <DeviceTable agent={agent} />
    </section>
  )
}

function NodeUse({ agent, usage }: { agent: AgentDetails; usage: NodeUsage }) {
  const { w, f } = usePageWords()
  return (
    <div style={{ marginBottom: 20 }}>
      <Properties
        items={[
          {
            label: w.slot.cpu,
            value: (
              <AmountBar
                slot="cpu"
                used={usage.cpuMilli / 1000}
                capacity={agent.capacity.cpu ?? 0}
                label={w.slot.cpu}
              />
            ),
          },
          {
            label: w.slot.mem,
            value: (
              <AmountBar
                slot="mem"
                used={usage.memBytes}
                capacity={agent.capacity.mem ?? 0}
                label={w.slot.mem}
              />
            ),
          },
          {
            label: w.agent.disk,
            value: (
              <AmountBar
                slot="mem"
                used={usage.diskBytes}
                capacity={usage.diskCapacityBytes}
                label={w.agent.disk}
              />
            ),
          },
          {
            label: w.agent.network,
            value: w.agent.networkText(
              f.bytes(usage.networkReceivedBytes),
              f.bytes(usage.networkSentBytes),
            ),
          },
          { label: w.agent.measured, value: <RelativeTime at={usage.at} /> },
        ]}
      />
    </div>
  )
}

interface Row {
  readonly id: string
  readonly kind: string
  readonly model: string
  readonly given: string
  /** To whom it is given out; nothing where it is no accelerator. */
  readonly to: GivenDevice['given']
  readonly live: NodeUsage['devices'][number] | undefined
}

function DeviceTable({ agent }: { agent: AgentDetails }) {
  const { w, f } = usePageWords()
  const answer = useQuery(query(deviceApi.list, { agentId: agent.id, limit: 1000 }))
  const given = new Map(answer.data?.items.map(device => [device.id, device]))
  const live = new Map(agent.usage?.devices.map(device => [device.id, device]))
  const known = agent.devices.map((device): Row => ({
    id: device.id,
    kind: device.kind,
    model: device.model,
    given: f.share(device.slot, device.used, device.capacity),
    to: given.get(device.id)?.given ?? [],
    live: live.get(device.id),
  }))
  // What is measured but not given out: single cores, disks, network interfaces.
  const others = [...live.values()]
    .filter(device => !agent.devices.some(({ id }) => id === device.id))
    .map((device): Row => ({
      id: device.id,
      kind: device.kind,
      model: '',
      given: '',
      to: [],
      live: device,
    }))
  const print = (value: number | null | undefined, show: (value: number) => string): string =>
    value == null ? '–' : show(value)
  return (
    <div className="plain-scroll" tabIndex={0} role="region" aria-label={w.agent.devices}>
      <table className="plain-table">
        <thead>
          <tr>
            <th scope="col">{w.agent.device}</th>
            <th scope="col">{w.agent.model}</th>
            <th scope="col" data-right>
              {w.agent.given}
            </th>
            <th scope="col">{w.agent.givenTo}</th>
            <th scope="col" data-right>
              {w.agent.utilization}
            </th>
            <th scope="col" data-right>
              {w.agent.memory}
            </th>
            <th scope="col" data-right>
              {w.agent.temperature}
            </th>
          </tr>
        </thead>
        <tbody>
          {[...known, ...others].map(row => (
            <tr key={`${row.kind} ${row.id}`}>
              <td>{row.id}</td>
              <td>{row.model || row.kind}</td>
              <td data-right>{row.given || '–'}</td>
              <td>
                <GivenTo to={row.to} />
              </td>
              <td data-right>{print(row.live?.utilization, f.percent)}</td>
              <td data-right>{print(row.live?.memBytes, f.bytes)}</td>
              <td data-right>{print(row.live?.temperatureC, value => `${f.number(value)} °C`)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

/** The sessions that have a device, each with a link where it may be seen. */
function GivenTo({ to }: { to: GivenDevice['given'] }) {
  const { w, f } = usePageWords()
  if (to.length === 0) return <>–</>
  return (
    <>
      {to.map(({ amount, session }, index) => (
        <div key={session?.id ?? index}>
          {session ? (
            <TextLink to="/sessions/$sessionId" params={{ sessionId: session.id }} size="sm">
              {session.name}
            </TextLink>
          ) : (
            w.overview.others
          )}
          {to.length > 1 && ` · ${f.number(amount)}`}
        </div>
      ))}
    </>
  )
}
