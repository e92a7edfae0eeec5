import { AppError } from '@capstan/contract/errors'
import { syncApi } from '@capstan/contract/sync'
import type { HttpApp } from '@capstan/runtime/http'
import type * as z from 'zod'
import type { App } from '../app.ts'
import { hashSecret } from '../db/seal.ts'
import { gather } from '../gather.ts'
import { type Actor, machine } from '../http/actor.ts'
import { mount, type Request } from '../http/mount.ts'
import { joinHash, makeToken } from '../machine/admit.ts'
import { useJoinTokens } from '../machine/machine.store.ts'
import { appendLog } from '../session/log.store.ts'
import { joinAgents, leaveAgent } from './agent.store.ts'
import { type AskedDesired, desiredHashes, readDesired } from './desired.store.ts'
import { HeldReports } from './held-reports.ts'
import { pace } from './pace.ts'
import type { Told } from './report.store.ts'
import { hearAgents, takeReports, type ToldKernels } from './take-report.ts'

type Input<V extends keyof typeof syncApi> = z.output<(typeof syncApi)[V]['input']>

export function syncRoutes(http: HttpApp, app: App): void {
  const together = gatherers(app)
  mount(http, app, syncApi.join, join(together))
  mount(http, app, syncApi.sync, sync(together))
  mount(http, app, syncApi.leave, leave)
  mount(http, app, syncApi.appendLog, log)
}

/** An agent speaks for itself only. */
function own(actor: Actor, id: string): void {
  if (machine(actor).id !== id)
    throw new AppError('forbidden', { detail: `This token is not that of agent ${id}` })
}

/** Most agents that are let in, listened to or answered in one go. */
const mostAtOnce = 200

interface Joining {
  readonly id: string
  readonly tokenHash: Buffer
}

/** Which of an agent's reports it is. */
interface Ordered {
  readonly order: number
}

type Gatherers = ReturnType<typeof gatherers>

function gatherers(app: App) {
  const byAgent = { keyOf: (id: string) => id, most: mostAtOnce }
  const byAgentSaid = {
    keyOf: ({ id }: ToldKernels) => id,
    // A report says again all that was not answered yet; two may overtake each other on the way.
    isNewer: (one: Ordered, other: Ordered) => one.order >= other.order,
    most: mostAtOnce,
  }
  return {
    admit: gather({
      work: (hashes: readonly Buffer[]) => useJoinTokens(app.db, hashes, app.now()),
      most: mostAtOnce,
    }),
    join: gather({
      work: (joining: readonly Joining[]) => joinAgents(app.db, joining),
      most: mostAtOnce,
    }),
    hear: gather({
      ...byAgentSaid,
      work: (told: readonly (Told & Ordered)[]) => hearAgents(app, told),
    }),
    take: gather({
      ...byAgentSaid,
      work: (told: readonly (ToldKernels & Ordered)[]) => takeReports(app, told),
    }),
    hashOf: gather({ ...byAgent, work: ids => desiredHashes(app, ids) }),
    everyMs: pace(app),
    // Each for itself: what is told depends on what the one that asks holds, and two may go by one name.
    desiredOf: gather({
      work: (asked: readonly AskedDesired[]) => readDesired(app, asked),
      most: mostAtOnce,
    }),
    held: new HeldReports(),
  }
}

const join =
  (gatherers: Gatherers) =>
  async (
    app: App,
    _: Actor,
    { joinToken, id }: Input<'join'>,
  ): Promise<{ token: string; clusterId: string }> => {
    const admitted = await gatherers.admit(joinHash('agent', joinToken))
    if (admitted !== 'agent') throw new AppError('bad_join_token')
    const token = makeToken()
    const isJoined = await gatherers.join({ id, tokenHash: hashSecret(token) })
    if (!isJoined)
      throw new AppError('forbidden', {
        detail: `An agent named ${id} is connected: give this one another name`,
      })
    app.log.info({ agentId: id }, 'agent_joined')
    return { token, clusterId: app.clusterId }
  }

const sync =
  (gatherers: Gatherers) =>
  async (
    app: App,
    actor: Actor,
    { id, observed, order, desiredHash: known, heldKernelIds: holds, waitMs }: Input<'sync'>,
    { signal: given }: Request,
  ): Promise<z.input<typeof syncApi.sync.output>> => {
    own(actor, id)
    const { signal, end } = gatherers.held.begin(id, given)
    try {
      const isThere = await gatherers.hear({ id, report: observed, order, waitMs })
      if (!isThere) throw new AppError('agent_not_found')
      if (observed.kernels.length + observed.samples.length > 0)
        await gatherers.take({ id, report: observed, order })
      const hash = await changedHash(app, gatherers, { id, known, waitMs, signal })
      // There is a newer one, or nobody listens: what is wanted is told in the answer to that one.
      if (signal.aborted || hash === known) return unchanged(app, gatherers, known)
      const desired = await gatherers.desiredOf({ id, holds })
      return { ...(await unchanged(app, gatherers, hash)), desired }
    } finally {
      end()
    }
  }

const unchanged = async (
  app: App,
  { everyMs }: Gatherers,
  desiredHash: string,
): Promise<z.input<typeof syncApi.sync.output>> => ({
  desiredHash,
  desired: null,
  clock: app.now().toISOString(),
  heartbeatMs: await everyMs(),
})

interface Wait {
  readonly id: string
  readonly known: string
  readonly waitMs: number
  readonly signal: AbortSignal
}

/**
 * The hash of what is wanted, as soon as it is not the known one, or when the time is up. Without a wake-up it is not looked at
 * again then: one that was missed is found by the next report, which comes at once.
 */
async function changedHash(
  app: App,
  { hashOf }: Gatherers,
  { id, known, waitMs, signal }: Wait,
): Promise<string> {
  const deadline = performance.now() + waitMs
  for (;;) {
    const rested = Promise.withResolvers<'woken' | 'over'>()
    const over = (): void => rested.resolve('over')
    // Listens before it looks: a wake-up between the two is not missed.
    const stopListening = app.wake.on(`agent:${id}`, () => rested.resolve('woken'))
    const timer = setTimeout(over, Math.max(0, deadline - performance.now()))
    signal.addEventListener('abort', over, { once: true })
    try {
      if (signal.aborted) return known
      const hash = await hashOf(id)
      if (hash !== known || (await rested.promise) === 'over') return hash
    } finally {
      signal.removeEventListener('abort', over)
      stopListening()
      clearTimeout(timer)
    }
  }
}

async function leave(
  app: App,
  actor: Actor,
  { id, reason }: Input<'leave'>,
): Promise<Record<string, never>> {
  own(actor, id)
  await leaveAgent(app.db, id, reason)
  app.log.info({ agentId: id, reason }, 'agent_left')
  return {}
}

async function log(app: App, actor: Actor, input: Input<'appendLog'>): Promise<{ offset: number }> {
  own(actor, input.id)
  const { kernelId, offset, isComplete } = input
  const data = Buffer.from(input.data, 'base64')
  const kept = await app.db
    .transaction()
    .execute(tx => appendLog(tx, input.id, { kernelId, offset, data, isComplete }))
  if (!kept) throw new AppError('kernel_not_found')
  return { offset: kept.endsAt }
}
