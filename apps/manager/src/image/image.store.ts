import type { Image } from '@capstan/contract/image'
import type { ObservedImage } from '@capstan/contract/sync'
import { readLabels } from '@capstan/core/image'
import { toSlots } from '@capstan/core/slots'
import { type RawBuilder, type Selectable, sql } from 'kysely'
import type * as z from 'zod'
import type { Db } from '../db/db.ts'
import { contains, listPage, readSort, type SortColumn } from '../db/page.ts'
import type { ImageTable } from '../db/types.gen.ts'

export type ImageRow = Selectable<ImageTable>

export async function find(db: Db, id: string): Promise<ImageRow | undefined> {
  return db.selectFrom('image').selectAll().where('id', '=', id).executeTakeFirst()
}

type ListedRow = ImageRow & { installedOn: number }

function toImage(row: ListedRow): Image {
  const labels = readLabels(row.labels)
  return {
    id: row.id,
    reference: row.reference,
    architecture: row.architecture,
    runtime: row.runtime,
    digest: row.digest,
    sizeBytes: row.sizeBytes,
    baseDistro: labels.baseDistro ?? null,
    minResources: toSlots(labels.minResources),
    apps: [...labels.apps],
    installedOn: row.installedOn,
  }
}

const sortColumns: Readonly<Record<'reference' | 'sizeBytes', SortColumn>> = {
  reference: { sql: sql`i.reference`, type: 'text' },
  sizeBytes: { sql: sql`i.size_bytes`, type: 'bigint' },
}

/** Images for users that a connected agent has; `having` is a condition on that `agent`. */
export const offered = (having: RawBuilder<unknown>): RawBuilder<unknown>[] => [
  sql`coalesce(i.labels ->> 'ai.backend.role', 'COMPUTE') <> 'SYSTEM'`,
  sql`exists (select 1 from agent_image join agent on agent.id = agent_image.agent_id
    where agent_image.image_id = i.id and agent.status = 'connected' and ${having})`,
]

/** Images that a connected agent has (of this group, if one is named) and that are for users. */
export async function list(
  db: Db,
  filter: {
    reference?: string | undefined
    resourceGroup?: string | undefined
    sort?: string | undefined
    cursor?: string | undefined
    limit: number
  },
): Promise<{ items: Image[]; nextCursor: string | null; count: number; isCountExact: boolean }> {
  const { column, isDescending } = readSort<'reference' | 'sizeBytes'>(filter.sort, {
    column: 'reference',
    isDescending: false,
  })
  const inGroup =
    filter.resourceGroup === undefined
      ? sql`true`
      : sql`agent.resource_group = ${filter.resourceGroup}`
  return listPage<ListedRow, Image>(db, {
    select: sql`i.*, (select count(*)::int from agent_image join agent on agent.id = agent_image.agent_id
      where agent_image.image_id = i.id and agent.status = 'connected') as installed_on`,
    from: sql`image i`,
    where: [
      ...offered(inGroup),
      ...(filter.reference === undefined ? [] : [contains(sql`i.reference`, filter.reference)]),
    ],
    sort: sortColumns[column],
    isDescending,
    id: sql`i.id`,
    idType: 'uuid',
    cursor: filter.cursor,
    limit: filter.limit,
    map: toImage,
  })
}

/** Takes the word of agents on the images that they have: what is not among them is not there. */
export async function replaceAgentImages(
  tx: Db,
  told: readonly {
    readonly agentId: string
    readonly images: readonly z.output<typeof ObservedImage>[]
  }[],
): Promise<void> {
  if (told.length === 0) return
  const json = JSON.stringify(
    told.flatMap(({ agentId, images }) => images.map(image => ({ ...image, agentId }))),
  )
  await sql`
    insert into image as known (reference, architecture, runtime, digest, size_bytes, labels)
    select distinct on (reference, architecture, runtime) reference, architecture, runtime, digest, "sizeBytes", labels
    from jsonb_to_recordset(${json}::jsonb) as seen (reference text, architecture text, runtime text, digest text,
      "sizeBytes" bigint, labels jsonb)
    order by reference, architecture, runtime
    on conflict (reference, architecture, runtime) do update
      set digest = excluded.digest, size_bytes = excluded.size_bytes, labels = excluded.labels
      where (known.digest, known.size_bytes, known.labels) is distinct from
        (excluded.digest, excluded.size_bytes, excluded.labels)`.execute(tx)
  await sql`
    with has as (
      select distinct seen."agentId" as agent_id, image.id as image_id
      from jsonb_to_recordset(${json}::jsonb) as seen ("agentId" text, reference text, architecture text, runtime text)
        join image on image.reference = seen.reference and image.architecture = seen.architecture and image.runtime = seen.runtime
    ), gone as (
      delete from agent_image where agent_id = any(${told.map(({ agentId }) => agentId)})
        and not exists (select 1 from has where has.agent_id = agent_image.agent_id and has.image_id = agent_image.image_id)
    )
    insert into agent_image (agent_id, image_id) select agent_id, image_id from has order by 1, 2
    on conflict do nothing`.execute(tx)
}
