import type { schedulerApi } from '@capstan/contract/scheduler'
import { Stack, Text } from '@mantine/core'
import type * as z from 'zod'
import '../ui/plain-table.css'
import { usePageWords } from '../words/page-words.ts'
import { reasonText } from '../words/reason.ts'
import { fateText } from './fate-words.ts'

type Outcome = z.output<typeof schedulerApi.whatIf.output>

const outcomes = ['starts', 'waits', 'cancelled'] as const

/** Who would start now, and who would wait (PLS-01). */
export function WhatIfOutcome({ outcome }: { outcome: Outcome }) {
  const { w, f } = usePageWords()
  const { changedCount, items, preempted } = outcome
  return (
    <Stack gap="sm" aria-live="polite" role="region" aria-label={w.scheduler.whatIf}>
      <table className="plain-table">
        <thead>
          <tr>
            <th scope="col" aria-label={w.scheduler.column.status} />
            <th scope="col">{w.scheduler.now}</th>
            <th scope="col">{w.scheduler.changed}</th>
          </tr>
        </thead>
        <tbody>
          {outcomes.map(each => (
            <tr key={each}>
              <th scope="row">{w.scheduler.outcome[each]}</th>
              <td>{f.number(outcome.now[each])}</td>
              <td>{f.number(outcome.changed[each])}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <Text size="sm" fw={600}>
        {changedCount === 0 ? w.scheduler.noDifference : w.scheduler.difference(changedCount)}
      </Text>
      {items.length > 0 && <Differences items={items} />}
      {preempted.length > 0 && (
        <>
          <Text size="sm" fw={600}>
            {w.scheduler.preempted(preempted.length)}
          </Text>
          <ul className="plain-list">
            {preempted.map(({ id, name, userEmail }) => (
              <li key={id}>{`${name} (${userEmail})`}</li>
            ))}
          </ul>
        </>
      )}
    </Stack>
  )
}

function Differences({ items }: { items: Outcome['items'] }) {
  const { w, f } = usePageWords()
  return (
    <div className="plain-scroll" tabIndex={0} role="region" aria-label={w.scheduler.changed}>
      <table className="plain-table">
        <thead>
          <tr>
            <th scope="col">{w.session.column.name}</th>
            <th scope="col">{w.session.column.owner}</th>
            <th scope="col">{w.scheduler.now}</th>
            <th scope="col">{w.scheduler.changed}</th>
          </tr>
        </thead>
        <tbody>
          {items.map(({ id, name, userEmail, now, changed }) => (
            <tr key={id}>
              <th scope="row">{name}</th>
              <td>{userEmail}</td>
              <td>{fateText(now, w)}</td>
              <td title={reasonText(changed.reason, f)}>{fateText(changed, w)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
