import type { Telling } from '@capstan/agent/held-kernels'
import type { KeptKernel } from '@capstan/contract/sync'
import { api } from '@capstan/contract/api'
import { AppError } from '@capstan/contract/errors'
import type { SessionDetails } from '@capstan/contract/session'
import type { KernelReport } from '@capstan/core/kernel-report'
import { keepHouse } from '@capstan/manager/session/housekeeper.loop'
import { schedule } from '@capstan/manager/scheduler/scheduler.loop'
import type { TestManager } from '@capstan/testkit/manager'
import { type FakeNode, joinNode, kernelReport } from '@capstan/testkit/node'
import { sql } from 'kysely'
import type * as z from 'zod'
import { rules } from './rules.ts'
import { Database } from './model/database.ts'
import { resolution, resolveDependencies } from './model/dependency.ts'
import {
  cancelOverdue,
  listLeftOver,
  listOutlived,
  listUnstarted,
  loseSilentAgents,
  reclaimUnstarted,
} from './model/house.ts'
import { explain, place } from './model/place.ts'
import { readDesired, type Report, takeReport } from './model/report.ts'
import { changePriority, createSession, end, endMoves } from './model/request.ts'
import type { GroupRow, KernelRow, KeypairRow, SessionRow } from './model/rows.ts'
import { settleSessions } from './model/settle.ts'
import {
  listTurns,
  readAccounts,
  readAgents,
  readOwners,
  readQueue,
  readRunning,
  settingsOf,
} from './model/snapshot.ts'
import { capacity, devices, gpus, mib, newAgent, nobody, setGroup } from './twins/cluster.ts'
import { keyOf, modelState, realState } from './twins/state.ts'

export interface Ask {
  readonly type: 'interactive' | 'batch'
  /** In millicores, and thousandths of a GPU. */
  readonly cpu: number
  readonly share: number
  readonly clusterSize: number
  readonly clusterMode: 'single-node' | 'multi-node'
  readonly priority: number
  readonly isPreemptible: boolean
  readonly startsInS: number | null
  /** How many places back in the list of all sessions those are that it waits for. */
  readonly after: readonly number[]
}

/**
 * The same cluster twice: the manager with PostgreSQL, and the model of the simulation. Each step is done to both, by public
 * requests there and by the model's functions here; what has come of it is read from both.
 */
export class Twins {
  readonly #manager: TestManager
  readonly #nodes: readonly FakeNode[]
  readonly #db: Database
  readonly #keypair: KeypairRow
  readonly #sessions: SessionRow[] = []
  /** Project and image of every session. */
  readonly #common: { readonly projectId: string; readonly imageId: string }
  /** All that the model ever had: it forgets those of a failed start, PostgreSQL does not. */
  readonly #kernels = new Set<KernelRow>()
  /** By session, start and place: ids of containers in PostgreSQL. */
  readonly #kernelIds = new Map<string, string>()
  /** How much later it is than it was: virtual time passes on both sides. Milliseconds. */
  #passedMs = 0

  private constructor(
    manager: TestManager,
    nodes: readonly FakeNode[],
    group: GroupRow,
    common: { readonly projectId: string; readonly imageId: string },
  ) {
    this.#common = common
    this.#manager = manager
    this.#nodes = nodes
    this.#db = new Database(rules, nobody, () => Date.now() + this.#passedMs)
    this.#keypair = {
      accessKey: manager.admin.accessKey,
      userId: manager.admin.userId,
      limits: {
        policy: 'default',
        maxAmounts: {},
        maxClusterSize: null,
        maxConcurrentCount: 5,
        maxPendingCount: null,
        maxPendingAmounts: {},
      },
      maxLifetimeS: 50,
      weight: 1,
    }
    this.#db.groups.set(group.name, group)
    this.#db.keypairs.set(this.#keypair.accessKey, this.#keypair)
    for (const { id } of nodes) this.#db.agents.set(id, newAgent(id, this.#db.now))
  }

  static async make(
    manager: TestManager,
    settings: Pick<GroupRow, 'sequencer' | 'selector'>,
  ): Promise<Twins> {
    const { db } = manager.app
    await sql`delete from session`.execute(db)
    await sql`delete from agent`.execute(db)
    await sql`update keypair_policy set max_concurrent_count = 5, max_lifetime_s = 50`.execute(db)
    const group = await setGroup(manager, settings)
    const nodes: FakeNode[] = []
    for (const id of ['node-0', 'node-1'])
      nodes.push(await joinNode(manager, id, { capacity, devices: gpus }))
    const { projects } = await manager.admin.call(api.account.show, {})
    const { items } = await manager.admin.call(api.image.list, {})
    const project = projects.find(({ type }) => type === 'general')
    if (!project || !items[0]) throw new Error('there is no project or image')
    const common = { projectId: project.id, imageId: items[0].id }
    const twins = new Twins(manager, nodes, group, common)
    for (const { id } of nodes) takeReport(twins.#db, id, twins.#report([]))
    return twins
  }

  #report(kernels: readonly KernelReport[]): Report {
    const clock = new Date(this.#db.now).toISOString()
    return { architecture: 'x86_64', group: 'default', devices, kernels, clock }
  }

  async ask({ cpu, share, startsInS, after, ...given }: Ask): Promise<void> {
    const startsAt = startsInS === null ? null : new Date(Date.now() + startsInS * 1000)
    const known = this.#sessions.toReversed()
    const dependsOn = [...new Set(after.flatMap(place => known[place] ?? []))]
    // Refused by the request: what has failed already is not waited for.
    if (dependsOn.some(other => this.#hasFailed(other))) return
    const made = await this.#create({
      ...given,
      ...this.#common,
      name: `twin-${this.#sessions.length}`,
      resources: {
        cpu: cpu / 1000,
        mem: 16 * mib,
        ...(share > 0 && { 'cuda.shares': share / 1000 }),
      },
      startsAt: startsAt?.toISOString() ?? null,
      after: dependsOn.map(({ id }) => id),
      ...(given.type === 'batch' && { startupCommand: 'true' }),
    })
    // Refused by the request: what would never fit.
    if (!made) return
    const row = createSession(
      this.#db,
      {
        ...given,
        group: 'default',
        keypair: this.#keypair,
        architecture: 'x86_64',
        amounts: { cpu, mem: 16 * mib, ...(share > 0 && { 'cuda.shares': share }) },
        startsAt: startsAt === null ? null : startsAt.getTime() + this.#passedMs,
        dependsOn,
      },
      made.id,
    )
    if (!('id' in row)) throw new Error(`the model refuses: ${row.message}`)
    this.#sessions.push(row)
  }

  async #create(
    input: z.input<typeof api.session.create.input>,
  ): Promise<SessionDetails | undefined> {
    try {
      return await this.#manager.admin.call(api.session.create, input)
    } catch (error) {
      if (error instanceof AppError && error.code === 'never_fits') return undefined
      throw error
    }
  }

  #hasFailed({ id, type, status, result, exitCode, startedAt }: SessionRow): boolean {
    const hasStarted = startedAt !== null
    const awaited = { sessionId: id, name: id, type, status, result, exitCode, hasStarted }
    return rules.stateOf(awaited) === 'failed'
  }

  /** One turn of the scheduler. */
  async turn(): Promise<void> {
    await schedule(this.#manager.app)
    const db = this.#db
    resolveDependencies(db, resolution(db))
    for (const group of listTurns(db)) {
      const { name, sequencer } = group
      const plan = rules.plan({
        now: db.now,
        agents: readAgents(db, name),
        queue: readQueue(db, name),
        accounts: readAccounts(db, name),
        running: readRunning(db, name),
        ...(sequencer === 'drf' && { owners: readOwners(db, name) }),
        ...settingsOf(group),
      })
      place(db, plan.placed)
      const victims = plan.victims.flatMap(({ sessionId }) => db.live.get(sessionId) ?? [])
      end(db, endMoves(db, victims, 'polite'), { code: 'preempted', message: '' })
      explain(db, plan.waiting, group.retriesToSkip)
    }
    await this.#learnKernelIds()
  }

  async #learnKernelIds(): Promise<void> {
    const { rows } = await sql<{ id: string; key: string }>`
      select id, concat_ws(' ', session_id, attempt, index) as key from kernel`.execute(
      this.#manager.app.db,
    )
    for (const { id, key } of rows) this.#kernelIds.set(key, id)
  }

  /** An agent reports on what it has, each container as `fates` says by turns. */
  async report(at: number, fates: readonly Partial<KernelReport>[]): Promise<void> {
    const node = this.#nodes[at % this.#nodes.length]!
    const kernels = [...this.#db.agent(node.id).kernels].map((kernel, i) => ({
      ...kernelReport(kernel.id, { startedAt: null, containerId: null }),
      ...fates[i % fates.length],
      kernelId: kernel.id,
      ...(fates[i % fates.length]?.status === 'running' && { startedAt: this.#clock() }),
    }))
    const told = kernels.map(one => ({ ...one, kernelId: this.#idOf(one.kernelId, node.id) }))
    const held = this.#held.getOrInsertComputed(node.id, () => new Map<string, string>())
    const wanted = await node.sync({ kernels: told }, [...held.values()])
    takeReport(this.#db, node.id, this.#report(kernels))
    const expected = readDesired(this.#db, node.id, [...held.keys()])
    for (const { kernelId } of expected.kernels) held.set(kernelId, this.#idOf(kernelId, node.id))
    const named = (told: readonly KeptKernel[]): KeptKernel[] =>
      told.map(one => ({ ...one, kernelId: held.get(one.kernelId)! }))
    this.#desired = {
      seen: sorted(tellings(wanted)),
      expected: sorted(
        tellings({
          kernels: named(expected.kernels),
          kept: named(expected.kept),
          dropped: expected.dropped.map(id => held.get(id)!),
        }),
      ),
    }
    for (const id of expected.dropped) held.delete(id)
  }

  /** By agent the kernels that it was told all of, and what they are called in PostgreSQL. */
  readonly #held = new Map<string, Map<string, string>>()
  #desired: { seen: readonly object[]; expected: readonly object[] } = { seen: [], expected: [] }

  readonly #clock = (): string => new Date().toISOString()

  #idOf(modelId: string, agentId: string): string {
    const kernel = [...this.#db.agent(agentId).kernels].find(({ id }) => id === modelId)
    return (kernel && this.#kernelIds.get(keyOf(kernel))) ?? modelId
  }

  async end(at: number, force: boolean): Promise<void> {
    const session = this.#sessions.at(-1 - (at % Math.max(1, this.#sessions.length)))
    if (!session) return
    await this.#manager.admin.call(api.session.terminate, { ids: [session.id], force })
    const code = force ? 'force_terminated' : 'user_requested'
    end(this.#db, endMoves(this.#db, [session], force ? 'force' : 'polite'), { code, message: '' })
  }

  async hurry(at: number, priority: number): Promise<void> {
    const waiting = this.#sessions.filter(({ status }) => status === 'pending')
    const session = waiting[at % Math.max(1, waiting.length)]
    if (!session) return
    await this.#manager.admin.call(api.session.changePriority, { id: session.id, priority })
    changePriority(session, priority)
  }

  /** Time passes, and the house is kept. */
  async pass(seconds: number): Promise<void> {
    const by = sql`make_interval(secs => ${seconds})`
    const { db } = this.#manager.app
    await sql`update session set created_at = created_at - ${by}, starts_at = starts_at - ${by},
      released_at = released_at - ${by}`.execute(db)
    await sql`update agent set last_contact_at = last_contact_at - ${by}, lost_at = lost_at - ${by}`.execute(
      db,
    )
    this.#passedMs += seconds * 1000
    await keepHouse(this.#manager.app)
    loseSilentAgents(this.#db)
    const unstarted = listUnstarted(this.#db)
    if (unstarted.length > 0) reclaimUnstarted(this.#db, unstarted)
    cancelOverdue(this.#db)
    const outlived = endMoves(this.#db, listOutlived(this.#db), 'polite')
    end(this.#db, outlived, { code: 'lifetime_over', message: '' })
    settleSessions(this.#db, listLeftOver(this.#db))
  }

  /** What each side says of everything, in the same words. */
  async states(): Promise<{ real: unknown; model: unknown }> {
    const { seen, expected } = this.#desired
    return {
      real: { ...(await realState(this.#manager.app.db)), desired: seen },
      model: { ...modelState(this.#db, this.#sessions, this.#kernels), desired: expected },
    }
  }
}

const sorted = <T extends { kernelId: string }>(rows: T[]): T[] =>
  rows.sort((a, b) => (a.kernelId < b.kernelId ? -1 : 1))

/** Each kernel that is told of, and how. */
const tellings = ({
  kernels,
  kept,
  dropped,
}: Telling<KeptKernel>): { readonly kernelId: string; readonly how: string }[] => [
  ...kernels.map(one => ({ ...brief(one), how: 'whole' })),
  ...kept.map(one => ({ ...brief(one), how: 'in short' })),
  ...dropped.map(kernelId => ({ kernelId, how: 'dropped' })),
]

const brief = ({ kernelId, desired, hasStarted, isLogComplete }: KeptKernel) => ({
  kernelId,
  desired,
  hasStarted,
  isLogComplete,
})
