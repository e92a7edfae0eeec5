import type { storageApi } from '@capstan/contract/storage'
import { sql } from 'kysely'
import type * as z from 'zod'
import type { Db } from '../db/db.ts'

export async function joinStorage(db: Db, id: string, tokenHash: Buffer): Promise<void> {
  await sql`
    insert into storage (id, token_hash) values (${id}, ${tokenHash})
    on conflict (id) do update set token_hash = excluded.token_hash, last_contact_at = now()`.execute(
    db,
  )
}

/** Takes a storage's list of volumes as a whole. */
export async function takeReport(
  tx: Db,
  id: string,
  { address, version, volumes }: z.output<typeof storageApi.report.input>,
): Promise<void> {
  await sql`update storage set address = ${address}, version = ${version}, last_contact_at = now() where id = ${id}`.execute(
    tx,
  )
  await sql`
    insert into volume (name, storage_id, path, backend, capabilities, capacity_bytes, used_bytes, reported_at)
    select distinct on (name) name, ${id}, path, backend, array(select jsonb_array_elements_text(capabilities)),
      "capacityBytes"::bigint, "usedBytes"::bigint, now()
    from jsonb_to_recordset(${JSON.stringify(volumes)}::jsonb) as told (name text, path text, backend text,
      capabilities jsonb, "capacityBytes" float8, "usedBytes" float8)
    on conflict (name, storage_id) do update set path = excluded.path, backend = excluded.backend,
      capabilities = excluded.capabilities, capacity_bytes = excluded.capacity_bytes, used_bytes = excluded.used_bytes,
      reported_at = excluded.reported_at`.execute(tx)
  await sql`
    delete from volume where storage_id = ${id} and name <> all(${volumes.map(volume => volume.name)}::text[])`.execute(
    tx,
  )
}

/** All volumes by name; connected where the storage was heard of within 20 seconds. */
export async function listVolumes(
  db: Db,
): Promise<z.input<typeof storageApi.list.output>['items']> {
  const rows = await db
    .selectFrom('volume')
    .innerJoin('storage', 'storage.id', 'volume.storageId')
    .selectAll('volume')
    .select([
      'storage.address',
      sql<boolean>`storage.last_contact_at > now() - interval '20 seconds'`.as('isConnected'),
    ])
    .orderBy('volume.name')
    .limit(1000)
    .execute()
  return rows.map(row => ({ ...row, reportedAt: row.reportedAt.toISOString() }))
}
