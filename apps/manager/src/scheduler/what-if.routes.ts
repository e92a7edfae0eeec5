import { AppError } from '@capstan/contract/errors'
import { type Fate, schedulerApi, type SchedulerDefaults } from '@capstan/contract/scheduler'
import { cancelOverdue, compareFates, fatesOf } from '@capstan/core/fate'
import { type Account, type Owner, type Plan, plan, type Snapshot } from '@capstan/core/placement'
import { toAmounts } from '@capstan/core/slots'
import type { HttpApp } from '@capstan/runtime/http'
import type * as z from 'zod'
import type { App } from '../app.ts'
import type { Actor } from '../http/actor.ts'
import { mount } from '../http/mount.ts'
import { hasKeypairPolicy } from '../policy/limits.store.ts'
import { listDefaults } from './defaults.store.ts'
import { listQueued } from './queue.store.ts'
import { readSnapshot, settingsOf } from './snapshot.ts'
import { findTurn, type FoundTurn, type Turn } from './turn.store.ts'

type Input = z.output<typeof schedulerApi.whatIf.input>
type Output = z.input<typeof schedulerApi.whatIf.output>

export function whatIfRoutes(http: HttpApp, app: App): void {
  mount(http, app, schedulerApi.whatIf, whatIf)
}

/** PLS-01: plans the present queue twice, as things are and as they would be, and tells the difference. Writes nothing. */
async function whatIf(app: App, _: Actor, input: Input): Promise<Output> {
  const { before, after, timeouts, now } = await readBoth(app, input)
  const present = decide(before, timeouts.before, now)
  const changed = decide(after, timeouts.after, now)
  const differing = compareFates(present.fates, changed.fates)
  const shown = differing.slice(0, input.limit)
  const { victims } = changed.plan
  const rows = await listQueued(app.db, { reach: 'all' }, [
    ...shown.map(({ sessionId }) => sessionId),
    ...victims.map(({ sessionId }) => sessionId),
  ])
  const byId = new Map(rows.map(row => [row.id, row]))
  return {
    now: totalsOf(present.fates),
    changed: totalsOf(changed.fates),
    changedCount: differing.length,
    items: shown.flatMap(({ sessionId, now: from, changed: to }) => {
      const row = byId.get(sessionId)
      if (!row) return []
      const { id, name, userEmail, priority } = row
      return [{ id, name, userEmail, priority, now: from, changed: to }]
    }),
    preempted: victims.flatMap(({ sessionId, forSessionId }) => {
      const row = byId.get(sessionId)
      return row ? [{ id: row.id, name: row.name, userEmail: row.userEmail, forSessionId }] : []
    }),
    asOf: new Date(now).toISOString(),
  }
}

interface Both {
  readonly before: Snapshot
  readonly after: Snapshot
  /** How long sessions may wait, in seconds; 0: for ever. */
  readonly timeouts: { readonly before: number; readonly after: number }
  readonly now: number
}

/** The world as it is and as it would be, from one moment. */
function readBoth(app: App, { name, settings, policy }: Input): Promise<Both> {
  return app.db
    .transaction()
    .setIsolationLevel('repeatable read')
    .execute(async tx => {
      const turn = await findTurn(tx, name)
      if (!turn) throw new AppError('group_not_found')
      if (policy && !(await hasKeypairPolicy(tx, policy.name)))
        throw new AppError('policy_not_found', {
          issues: [{ path: 'policy.name', message: 'no such policy' }],
        })
      const { pendingTimeoutS = turn.pendingTimeoutS, weights, ...changes } = settings
      const changed = changedTurn(turn, changes, await listDefaults(tx))
      const before = await readSnapshot(tx, turn)
      // What a scheduler or selector goes by is read for those that need it only.
      const needsMore = (['scheduler', 'selector', 'halfLifeS', 'enforcesSpreading'] as const).some(
        setting => changed[setting] !== turn[setting],
      )
      const basis = needsMore ? await readSnapshot(tx, changed) : before
      const after = {
        ...basis,
        ...settingsOf(changed),
        accounts: changedAccounts(before.accounts, policy),
        ...(basis.owners && weights && { owners: reweighed(basis.owners, weights) }),
      }
      const timeouts = { before: turn.pendingTimeoutS, after: pendingTimeoutS }
      return { before, after, timeouts, now: before.now ?? 0 }
    })
}

function changedTurn(
  turn: FoundTurn,
  changes: Omit<Input['settings'], 'weights' | 'pendingTimeoutS'>,
  defaults: readonly SchedulerDefaults[],
): Turn {
  const { retriesToSkip: own = turn.ownRetriesToSkip, ...rest } = changes
  const given = Object.fromEntries(
    Object.entries(rest).filter(([, value]) => value !== undefined),
  ) as Partial<Turn> // Only those of the settings' names that are given.
  const changed = { ...turn, ...given }
  const byDefault = defaults.find(({ scheduler }) => scheduler === changed.scheduler)
  return { ...changed, retriesToSkip: own ?? byDefault?.retriesToSkip ?? turn.retriesToSkip }
}

function reweighed(
  owners: ReadonlyMap<string, Owner>,
  weights: NonNullable<Input['settings']['weights']>,
): Map<string, Owner> {
  const given = new Map(weights.map(({ userId, weight }) => [userId, weight]))
  return new Map([...owners].map(([id, owner]) => [id, { ...owner, weight: given.get(id) ?? 1 }]))
}

function changedAccounts(
  accounts: Snapshot['accounts'],
  policy: Input['policy'],
): Snapshot['accounts'] {
  if (!policy) return accounts
  const { name, maxResources, maxConcurrentCount } = policy
  const change = ({ limits, ...account }: Account): Account => ({
    ...account,
    limits: {
      ...limits,
      ...(maxResources && { maxAmounts: toAmounts(maxResources) }),
      ...(maxConcurrentCount !== undefined && { maxConcurrentCount }),
    },
  })
  return new Map(
    [...accounts].map(([key, account]) => [
      key,
      account.limits.policy === name ? change(account) : account,
    ]),
  )
}

function decide(
  snapshot: Snapshot,
  timeoutS: number,
  now: number,
): { plan: Plan; fates: Map<string, Fate> } {
  const { queue, cancelled } = cancelOverdue(snapshot.queue, { now, timeoutS })
  const decided = plan({ ...snapshot, queue })
  return { plan: decided, fates: new Map([...fatesOf(decided), ...cancelled]) }
}

function totalsOf(fates: ReadonlyMap<string, Fate>): Output['now'] {
  const totals = { starts: 0, waits: 0, cancelled: 0 }
  for (const { outcome } of fates.values()) totals[outcome]++
  return totals
}
