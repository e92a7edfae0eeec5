import { sql } from 'kysely'
import { makeAccessKey, makeSecretKey } from '../account/keypair.ts'
import type { Tx } from '../db/db.ts'
import { seal, type SealKey } from '../db/seal.ts'
import type { ResolvedUser } from './new-users.ts'

/** Rows that one statement takes: a user has thirteen values, and there may be 65,535. */
const mostAtOnce = 2000
const mostMemberships = 20_000

/**
 * Makes users, each with a main keypair (KEY-01) and in their projects. A taken e-mail or name violates `user_email` or
 * `user_name`, a policy that is not there `user_policy_fkey` or `keypair_policy_fkey`. Answers their ids, in order.
 */
export async function insertUsers(
  tx: Tx,
  sealKey: SealKey,
  users: readonly (ResolvedUser & { readonly passwordHash: string })[],
): Promise<string[]> {
  const ids: string[] = []
  for (let first = 0; first < users.length; first += mostAtOnce)
    ids.push(...(await insertSome(tx, sealKey, users.slice(first, first + mostAtOnce))))
  return ids
}

async function insertSome(
  tx: Tx,
  sealKey: SealKey,
  users: readonly (ResolvedUser & { readonly passwordHash: string })[],
): Promise<string[]> {
  const keyed = users.map(user => ({ ...user, mainAccessKey: makeAccessKey() }))
  const made = await tx
    .insertInto('user')
    .values(keyed.map(({ projectIds: _, keypairPolicy: __, ...columns }) => columns))
    .returning(['id', 'email'])
    .execute()
  const idOf = new Map(made.map(({ id, email }) => [email, id]))
  const ids = users.map(({ email }) => idOf.get(email)!)
  await tx
    .insertInto('keypair')
    .values(
      keyed.map(({ mainAccessKey: accessKey, keypairPolicy: policy }, index) => ({
        accessKey,
        userId: ids[index]!,
        policy,
        secretKeySealed: seal(sealKey, makeSecretKey(), `keypair:${accessKey}`),
      })),
    )
    .execute()
  const pairs = users.flatMap(({ projectIds, domainId }, index) =>
    projectIds.map(projectId => ({ userId: ids[index]!, projectId, domainId })),
  )
  for (let first = 0; first < pairs.length; first += mostMemberships) {
    const some = pairs.slice(first, first + mostMemberships)
    await sql`
      insert into membership (user_id, project_id, domain_id)
      select * from unnest(${some.map(pair => pair.userId)}::uuid[], ${some.map(pair => pair.projectId)}::uuid[],
        ${some.map(pair => pair.domainId)}::uuid[])
      on conflict do nothing`.execute(tx)
  }
  return ids
}
