import type { Agent } from '@capstan/contract/agent'
import type { GivenDevice } from '@capstan/contract/device'
import { type CSSProperties, memo, useLayoutEffect, useRef } from 'react'
import { TextLink } from '../ui/links.tsx'
import { slotName } from '../ui/slot-words.ts'
import { orderedSlots } from '../words/format.ts'
import { usePageWords } from '../words/page-words.ts'
import { DeviceMarks } from './DeviceMarks.tsx'
import { MarkTip } from './MarkTip.tsx'
import { totalOf } from './total.ts'
import './heat.css'

const nearlyFull = 0.9

/** By agent, then slot. */
export type DevicesOf = ReadonlyMap<string, ReadonlyMap<string, readonly GivenDevice[]>>

// Custom properties, which the type of style objects does not know.
const heatOf = (ratio: number) => ({ '--heat': ratio }) as CSSProperties
/** Accelerators have their marks beside the share. */
const columnsOf = (slots: readonly string[]) =>
  ({
    '--heat-columns': slots
      .map(slot => (slot.includes('.') ? 'minmax(104px, 1.5fr)' : 'minmax(68px, 1fr)'))
      .join(' '),
  }) as CSSProperties

/**
 * Nodes × what they have, each coloured by the share that is given out, which is written in it too; accelerators one by one.
 * The first row is all of them together.
 */
export function HeatMap({
  agents,
  devices,
  label,
}: {
  agents: readonly Agent[]
  devices: DevicesOf
  label: string
}) {
  const { w } = usePageWords()
  const slots = orderedSlots(...agents.map(({ capacity }) => capacity))
  const map = useRef<HTMLDivElement>(null)
  useFirstMark(map)
  const total = totalOf(agents)
  return (
    <MarkTip>
      <div className="heat-scroll" tabIndex={0} role="region" aria-label={label}>
        <div ref={map} className="heat" role="table" aria-label={label} style={columnsOf(slots)}>
          <div className="heat-row" role="row">
            <div className="heat-name heat-head" role="columnheader">
              {w.overview.node}
            </div>
            {slots.map(slot => (
              <div key={slot} className="heat-head" role="columnheader">
                {slotName(slot, w)}
              </div>
            ))}
          </div>
          {agents.length > 1 && (
            <div className="heat-row" role="row" data-total>
              <div className="heat-name" role="rowheader">
                {w.overview.together}
              </div>
              {slots.map(slot => (
                <Cell
                  key={slot}
                  slot={slot}
                  used={total.used[slot] ?? 0}
                  capacity={total.capacity[slot] ?? 0}
                  isDetailed
                />
              ))}
            </div>
          )}
          {agents.map(agent => (
            <Node
              key={agent.id}
              agent={agent}
              slots={slots.join()}
              devices={devices.get(agent.id)}
            />
          ))}
        </div>
      </div>
    </MarkTip>
  )
}

/** One mark is in the order of the Tab key: the first, or the one that was left. The others are reached from it. */
function useFirstMark(map: { readonly current: HTMLElement | null }): void {
  useLayoutEffect(() => {
    const root = map.current
    if (!root) return undefined
    if (!root.querySelector('[data-mark][tabindex="0"]'))
      root.querySelector('[data-mark]')?.setAttribute('tabindex', '0')
    const take = ({ target }: FocusEvent): void => {
      if (!(target instanceof Element) || !target.matches('[data-mark]')) return
      root.querySelector('[data-mark][tabindex="0"]')?.setAttribute('tabindex', '-1')
      target.setAttribute('tabindex', '0')
    }
    root.addEventListener('focusin', take)
    return () => {
      root.removeEventListener('focusin', take)
    }
  })
}

/** `slots`: joined, so that a node that did not change is not drawn again. */
const Node = memo(function Node({
  agent,
  slots,
  devices,
}: {
  agent: Agent
  slots: string
  devices: ReadonlyMap<string, readonly GivenDevice[]> | undefined
}) {
  const { w } = usePageWords()
  return (
    <div className="heat-row" role="row" data-node>
      <div className="heat-name" role="rowheader">
        <TextLink to="/agents/$agentId" params={{ agentId: agent.id }} preload={false} size="sm">
          {agent.id}
        </TextLink>
        {(!agent.isSchedulable || agent.drain) && ` · ${w.overview.closed}`}
      </div>
      {slots.split(',').map(slot => (
        <Cell
          key={slot}
          slot={slot}
          used={agent.used[slot] ?? 0}
          capacity={agent.capacity[slot] ?? 0}
          devices={devices?.get(slot)}
        />
      ))}
    </div>
  )
})

function Cell({
  slot,
  used,
  capacity,
  devices,
  isDetailed = false,
}: {
  slot: string
  used: number
  capacity: number
  devices?: readonly GivenDevice[] | undefined
  /** With the amounts beside the share. */
  isDetailed?: boolean
}) {
  const { w, f } = usePageWords()
  if (capacity === 0)
    return (
      <div className="heat-cell" role="cell" data-none>
        –
      </div>
    )
  const ratio = Math.min(used / capacity, 1)
  const amounts = f.share(slot, used, capacity)
  return (
    <div
      className="heat-cell"
      role="cell"
      style={heatOf(ratio)}
      data-full={ratio >= nearlyFull || undefined}
      title={devices ? undefined : w.overview.share(f.percent(ratio), amounts)}
    >
      <span className="heat-share">
        {f.percent(ratio)}
        {isDetailed && <span className="heat-amounts">{amounts}</span>}
      </span>
      {devices && <DeviceMarks devices={devices} />}
    </div>
  )
}

/** What the colours and the marks stand for. */
export function HeatScale({ hasMarks }: { hasMarks: boolean }) {
  const { w, f } = usePageWords()
  return (
    <div className="heat-legend">
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
      {hasMarks &&
        ([0, 0.5, 1] as const).map(given => (
          <span key={given} className="mark-key">
            <span
              className="mark"
              data-used={given > 0 || undefined}
              style={{ '--given': given } as CSSProperties}
            />
            {w.overview.mark[given]}
          </span>
        ))}
    </div>
  )
}
