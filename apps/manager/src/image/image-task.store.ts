import type { ImageTaskState } from '@capstan/contract/image'
import type { ImageTask, ObservedImageTask } from '@capstan/contract/sync'
import { type Selectable, sql } from 'kysely'
import type * as z from 'zod'
import type { Db } from '../db/db.ts'
import { prepared } from '../db/prepared.ts'
import type { ImageTaskTable } from '../db/types.gen.ts'

const toState = (row: Selectable<ImageTaskTable>): ImageTaskState => ({
  id: row.id,
  kind: row.kind,
  reference: row.reference,
  agentId: row.agentId,
  status: row.status,
  progress: row.progress,
  message: row.message,
  createdAt: row.createdAt.toISOString(),
  endedAt: row.endedAt?.toISOString() ?? null,
})

/**
 * A connected agent that can do the work: the one asked for, else the one with the fewest tasks.
 * Pulling needs an engine, building one that can build.
 */
export async function findWorker(
  db: Db,
  kind: 'pull' | 'build',
  agentId: string | undefined,
): Promise<string | undefined> {
  const able =
    kind === 'build' ? sql`(runtime ->> 'canBuild')::boolean` : sql`runtime ->> 'name' = 'docker'`
  const { rows } = await sql<{ id: string }>`
    select agent.id from agent
    where agent.status = 'connected' and (${agentId ?? null}::text is null or agent.id = ${agentId ?? null})
      and exists (select 1 from jsonb_array_elements(agent.runtimes) as runtime where ${able})
    order by (select count(*) from image_task where agent_id = agent.id and image_task.status in ('waiting', 'running')), id
    limit 1`.execute(db)
  return rows[0]?.id
}

export async function insertTask(
  db: Db,
  task: { kind: 'pull' | 'build'; reference: string; agentId: string; userId: string },
): Promise<ImageTaskState> {
  return toState(
    await db.insertInto('imageTask').values(task).returningAll().executeTakeFirstOrThrow(),
  )
}

/** Tasks of the last day, newest first. */
export async function listTasks(db: Db, since: Date): Promise<ImageTaskState[]> {
  const rows = await db
    .selectFrom('imageTask')
    .selectAll()
    .where('createdAt', '>=', since)
    .orderBy('id', 'desc')
    .limit(100)
    .execute()
  return rows.map(toState)
}

/** What agents have to do, by agent. */
export async function listWanted(
  db: Db,
  agentIds: readonly string[],
): Promise<Map<string, ImageTask[]>> {
  interface Row extends ImageTask {
    readonly agentId: string
  }
  const { rows } = await sql<Row>`${prepared}
    select id, kind, reference, agent_id from image_task
    where agent_id = any(${agentIds}) and status in ('waiting', 'running') order by id`.execute(db)
  const byAgent = Map.groupBy(rows, ({ agentId }) => agentId)
  return new Map(
    [...byAgent].map(([id, tasks]) => [id, tasks.map(({ agentId: _, ...task }) => task)]),
  )
}

/** Cancels a task that has not ended; answers it as it is then. */
export async function cancelTask(
  db: Db,
  id: string,
  now: Date,
): Promise<ImageTaskState | undefined> {
  await db
    .updateTable('imageTask')
    .set({ status: 'cancelled', endedAt: now })
    .where('id', '=', id)
    .where('status', 'in', ['waiting', 'running'])
    .execute()
  const row = await db.selectFrom('imageTask').selectAll().where('id', '=', id).executeTakeFirst()
  return row && toState(row)
}

/** Takes the word of agents on their tasks. What has ended stays as it ended. */
export async function reportTasks(
  tx: Db,
  reports: readonly (z.output<typeof ObservedImageTask> & { readonly agentId: string })[],
): Promise<void> {
  if (reports.length === 0) return
  await sql`
    update image_task set status = seen.status, progress = seen.progress, message = seen.message,
      ended_at = case when seen.status in ('done', 'failed') then now() end
    from jsonb_to_recordset(${JSON.stringify(reports)}::jsonb) as seen (id uuid, "agentId" text, status text, progress float8, message text)
    where image_task.id = seen.id and image_task.agent_id = seen."agentId" and image_task.status in ('waiting', 'running')
      and (image_task.status, image_task.progress, image_task.message) is distinct from (seen.status, seen.progress, seen.message)`.execute(
    tx,
  )
}
