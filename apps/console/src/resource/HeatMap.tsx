import type { Agent } from '@capstan/contract/agent'
import { type CSSProperties, memo } from 'react'
import { TextLink } from '../ui/links.tsx'
import { slotName } from '../ui/slot-words.ts'
import { orderedSlots } from '../words/format.ts'
import { usePageWords } from '../words/page-words.ts'
import './heat.css'

const nearlyFull = 0.9

// Custom properties, which the type of style objects does not know.
const heatOf = (ratio: number) => ({ '--heat': ratio }) as CSSProperties
const slotsOf = (count: number) => ({ '--heat-slots': count }) as CSSProperties

/** Nodes × what they have, each coloured by the share that is given out, which is written in it too. */
export function HeatMap({ agents, label }: { agents: readonly Agent[]; label: string }) {
  const { w } = usePageWords()
  const slots = orderedSlots(...agents.map(({ capacity }) => capacity))
  return (
    <div className="heat-scroll" tabIndex={0} role="region" aria-label={label}>
      <div className="heat" role="table" aria-label={label} style={slotsOf(slots.length)}>
        <div className="heat-row" role="row">
          <div className="heat-head" role="columnheader" style={{ textAlign: 'start' }}>
            {w.overview.node}
          </div>
          {slots.map(slot => (
            <div key={slot} className="heat-head" role="columnheader">
              {slotName(slot, w)}
            </div>
          ))}
        </div>
        {agents.map(agent => (
          <Node key={agent.id} agent={agent} slots={slots.join()} />
        ))}
      </div>
    </div>
  )
}

/** `slots`: joined, so that a node that did not change is not drawn again. */
const Node = memo(function Node({ agent, slots }: { agent: Agent; slots: string }) {
  const { w, f } = usePageWords()
  return (
    <div className="heat-row" role="row" data-node>
      <div className="heat-name" role="rowheader">
        <TextLink to="/agents/$agentId" params={{ agentId: agent.id }} preload={false} size="sm">
          {agent.id}
        </TextLink>
        {(!agent.isSchedulable || agent.drain) && ` · ${w.overview.closed}`}
      </div>
      {slots.split(',').map(slot => {
        const capacity = agent.capacity[slot] ?? 0
        const used = agent.used[slot] ?? 0
        const ratio = capacity > 0 ? Math.min(used / capacity, 1) : 0
        return capacity === 0 ? (
          <div key={slot} className="heat-cell" role="cell" data-none>
            –
          </div>
        ) : (
          <div
            key={slot}
            className="heat-cell"
            role="cell"
            style={heatOf(ratio)}
            data-full={ratio >= nearlyFull || undefined}
            title={w.overview.share(f.percent(ratio), f.share(slot, used, capacity))}
          >
            {f.percent(ratio)}
            {slot.endsWith('.device') && <Devices used={used} count={capacity} />}
          </div>
        )
      })}
    </div>
  )
})

/** Devices that are drawn one by one; more of them could not be told apart. */
const mostDrawn = 16

/** A mark for each whole device of a machine: those that are given out are filled. */
function Devices({ used, count }: { used: number; count: number }) {
  if (count > mostDrawn) return null
  return (
    <div className="heat-devices" aria-hidden>
      {Array.from({ length: count }, (_, index) => (
        <span key={index} data-used={index < used || undefined} />
      ))}
    </div>
  )
}

/** What the colours stand for. */
export function HeatScale() {
  const { w, f } = usePageWords()
  return (
    <div className="heat-scale" role="img" aria-label={w.overview.scale}>
      {[0, 0.25, 0.5, 0.75, 1].map(ratio => (
        <div
          key={ratio}
          className="heat-cell"
          style={heatOf(ratio)}
          data-full={ratio >= nearlyFull || undefined}
        >
          {f.percent(ratio)}
        </div>
      ))}
    </div>
  )
}
