import type { Desired, DesiredKernel, KeptKernel } from '@capstan/contract/sync'
import type { SessionStatus } from '@capstan/contract/session'
import { platformEnviron } from '@capstan/core/environ'
import { readLabels } from '@capstan/core/image'
import { toSlots } from '@capstan/core/slots'
import { createHash } from 'node:crypto'
import { sql } from 'kysely'
import type * as z from 'zod'
import type { App } from '../app.ts'
import { prepared } from '../db/prepared.ts'
import { unseal } from '../db/seal.ts'
import { listWanted } from '../image/image-task.store.ts'
import { environPurpose } from '../session/environ.ts'

/** Seconds between a polite signal and the hard one. */
const graceS = 10

/** How long an ended container is kept for the rest of its log, as an SQL interval. */
const logPatience = '1 hour'

interface Brief {
  readonly agentId: string
  readonly id: string
  readonly status: SessionStatus
  readonly openApps: string[]
  readonly isLogComplete: boolean
}

interface Whole extends Brief {
  readonly hasStarted: boolean
  readonly sessionId: string
  readonly sessionName: string
  readonly sessionType: 'interactive' | 'batch' | 'inference'
  readonly index: number
  readonly role: 'main' | 'sub'
  readonly hostname: string
  readonly hosts: string[]
  readonly accessKey: string
  readonly userId: string
  readonly userEmail: string
  readonly reference: string
  readonly runtime: 'docker' | 'process'
  readonly digest: string | null
  readonly labels: Record<string, string>
  readonly amounts: Record<string, number>
  readonly shmemBytes: number
  readonly environSealed: Buffer
  readonly startupCommand: string | null
  readonly isSudoEnabled: boolean
  readonly devices: { slot: string; deviceId: string; amount: number }[]
  readonly logOffset: number
}

/**
 * SES-06: the container with the command is kept from its agent until all others of the session have started: should one of
 * them not start, nothing of the command has been done. `settleSessions` wakes the agent when they have.
 */
const heldBack = sql`(k.index = 0 and k.status = 'scheduled' and exists (
  select 1 from kernel other join session own on own.id = other.session_id
  where other.session_id = k.session_id and other.attempt = k.attempt and other.index > 0 and other.started_at is null
    and own.startup_command is not null))`

/** Of kernel k: its agent has something to do about it. */
const isWanted = sql`not ${heldBack} and (k.status not in ('terminated', 'error')
    or (not k.is_log_complete and k.ended_at > now() - interval '${sql.raw(logPatience)}'))`

/** Of kernel k: zero where it is to run on as usual, else a number that stands for what is wanted of it. */
const unusual = sql`((k.status in ('terminating', 'terminated', 'error'))::int + 2 * k.is_log_complete::int
      + case when k.open_apps = '{}' then 0 else (hashtext(k.open_apps::text) & -4) | 4 end)`

/**
 * Stands for what each agent has to do: as long as it is the same, so is the rest. Summed up by the database, since it is asked
 * for with every report. That a kernel has started is left out: only an agent that remembers nothing needs it, and that one
 * asks for everything.
 */
export async function desiredHashes(app: App, agentIds: readonly string[]): Promise<string[]> {
  const { rows } = await sql<{ agentId: string; kernels: string }>`${prepared}
    select k.agent_id, sum(uuid_hash_extended(k.id, ${unusual}))::text as kernels
    from kernel k where k.agent_id = any(${agentIds}) and ${isWanted} group by 1`.execute(app.db)
  const kernels = new Map(rows.map(row => [row.agentId, row.kernels]))
  const tasks = await listWanted(app.db, agentIds)
  return agentIds.map(id =>
    createHash('sha256')
      .update(JSON.stringify([app.clusterId, kernels.get(id) ?? '', tasks.get(id) ?? []]))
      .digest('base64url'),
  )
}

/** The command is for the main container; the others are there for it to use, and stay until it is done. */
const commandOf = ({
  role,
  sessionType,
  startupCommand,
}: Whole): Pick<DesiredKernel, 'sessionType' | 'startupCommand'> =>
  role === 'main'
    ? { sessionType, startupCommand }
    : { sessionType: 'interactive', startupCommand: null }

/** Who asks what is to be done, and which kernels they were told all of before. */
export interface AskedDesired {
  readonly id: string
  readonly holds: readonly string[]
}

/** A kernel that is to be told of in an answer, and the place of the question; or one that nobody wants any more. */
type News = { readonly place: number; readonly id: string } & (
  | (Omit<Brief, 'agentId'> & {
      readonly hasStarted: boolean
      readonly isHeld: boolean
      readonly isWanted: true
    })
  | { readonly isHeld: true; readonly isWanted: false }
)

/** Of most kernels there is none: they run on, and their agents hold them. */
async function readNews(app: App, asked: readonly AskedDesired[]): Promise<News[]> {
  const held = asked.flatMap(({ holds }, place) => holds.map(id => ({ place, id })))
  const { rows } = await sql<News>`${prepared}
    select coalesce(w.place, held.place) as place, coalesce(w.id, held.id) as id, w.id is not null as is_wanted,
      held.id is not null as is_held, w.status, w.started_at is not null as has_started, w.open_apps, w.is_log_complete
    from (
      select asked.number::int - 1 as place, k.*
      from unnest(${asked.map(({ id }) => id)}::text[]) with ordinality as asked (agent_id, number)
        -- One after the other: a plan that was made while there were few kernels would compare each with each agent.
        cross join lateral (
          select k.*, ${unusual} <> 0 as is_unusual from kernel k where k.agent_id = asked.agent_id and ${isWanted} offset 0) k) w
      full join unnest(${held.map(({ place }) => place)}::int[], ${held.map(({ id }) => id)}::uuid[])
        as held (place, id) on held.place = w.place and held.id = w.id
    where w.id is null or held.id is null or w.is_unusual order by 2`.execute(app.db)
  return rows
}

async function readWhole(app: App, kernelIds: readonly string[]): Promise<Whole[]> {
  if (kernelIds.length === 0) return []
  const { rows } = await sql<Whole>`${prepared}
    select k.agent_id, k.id, k.status, k.started_at is not null as has_started, k.open_apps, k.is_log_complete, k.index, k.role,
      k.hostname, s.id as session_id, s.name as session_name, s.type as session_type, s.access_key, s.user_id,
      u.email as user_email, i.reference, i.runtime, i.digest, i.labels, s.amounts, s.shmem_bytes, s.environ_sealed,
      s.startup_command, s.is_sudo_enabled,
      array(select other.hostname from kernel other where other.session_id = s.id and other.attempt = k.attempt
        order by other.index) as hosts,
      (select coalesce(jsonb_agg(jsonb_build_object('slot', a.slot, 'deviceId', a.device_id, 'amount', a.amount)
        order by a.device_id), '[]') from allocation a where a.kernel_id = k.id) as devices,
      (select coalesce(max(l.ends_at), 0) from kernel_log l where l.kernel_id = k.id) as log_offset
    from kernel k join session s on s.id = k.session_id join "user" u on u.id = s.user_id join image i on i.id = s.image_id
    where k.id = any(${kernelIds}::uuid[]) order by k.id`.execute(app.db)
  return rows
}

/**
 * What each that asks has to do: all of the kernels that it does not hold, what is not as usual of those that it holds, and which
 * of them nobody wants any more. Unseals what containers that are new to them find in their environment.
 */
export async function readDesired(
  app: App,
  asked: readonly AskedDesired[],
): Promise<z.input<typeof Desired>[]> {
  const agentIds = asked.map(({ id }) => id)
  const news = await readNews(app, asked)
  const fresh = news.flatMap(({ isHeld, id }) => (isHeld ? [] : [id]))
  const wholeOf = new Map((await readWhole(app, fresh)).map(row => [row.id, row]))
  const newsOf = Map.groupBy(news, ({ place }) => place)
  const tasks = await listWanted(app.db, agentIds)
  return agentIds.map((agentId, place) => {
    const told = newsOf.get(place) ?? []
    const held = told.filter(({ isHeld }) => isHeld)
    const whole = told.flatMap(({ isHeld, id }) => (isHeld ? [] : (wholeOf.get(id) ?? [])))
    return {
      clusterId: app.clusterId,
      kernels: whole.map(row => toDesired(app, row)),
      kept: held.flatMap(one => (one.isWanted ? [toKept(one)] : [])),
      dropped: held.flatMap(one => (one.isWanted ? [] : [one.id])),
      imageTasks: tasks.get(agentId) ?? [],
      ticketKey: { ...app.ticketKeys.publicJwk },
    }
  })
}

const toKept = ({
  id,
  status,
  hasStarted,
  openApps,
  isLogComplete,
}: Omit<Brief, 'agentId'> & Pick<Whole, 'hasStarted'>): KeptKernel => ({
  kernelId: id,
  desired: ['terminating', 'terminated', 'error'].includes(status) ? 'stop' : 'run',
  hasStarted,
  openApps,
  isLogComplete,
})

function toDesired(app: App, row: Whole): DesiredKernel {
  const { apps, runtimePath, corecountNames } = readLabels(row.labels)
  const cores = String(Math.max(1, Math.floor((row.amounts['cpu'] ?? 0) / 1000)))
  const corecounts = Object.fromEntries(corecountNames.map(name => [name, cores]))
  const own = JSON.parse(unseal(app.sealKey, row.environSealed, environPurpose)) as Record<
    string,
    string
  >
  const place = { ...row, kernelId: row.id, image: row.reference, apps }
  return {
    ...toKept(row),
    sessionId: row.sessionId,
    sessionName: row.sessionName,
    ...commandOf(row),
    graceS,
    image: { reference: row.reference, runtime: row.runtime, digest: row.digest },
    hostname: row.hostname,
    resources: toSlots(row.amounts),
    devices: row.devices.map(({ slot, deviceId, amount }) => ({
      slot,
      deviceId,
      amount: toSlots({ [slot]: amount })[slot]!,
    })),
    shmemBytes: row.shmemBytes,
    environ: { ...corecounts, ...own, ...platformEnviron(place) },
    isSudoEnabled: row.isSudoEnabled,
    runtimePath: runtimePath ?? '/usr/bin/python3',
    apps: [...apps],
    logOffset: row.logOffset,
  }
}
