import { mostImported, type PolicyImport } from '@capstan/contract/policy'
import { mostProblems } from '@capstan/contract/job'
import type { RowProblem } from '@capstan/contract/row-problem'
import { isDeepStrictEqual } from 'node:util'
import type * as z from 'zod'
import type { App } from '../app.ts'
import { auditAll, type Change } from '../audit/audit.store.ts'
import { type GivenRow, headsOf, readRows, refused } from '../csv/rows.ts'
import type { Db } from '../db/db.ts'
import { type Actor, person } from '../http/actor.ts'
import type { Request } from '../http/mount.ts'
import { mostNamed, type Over } from './over.ts'
import type { PolicyKind } from './policy.kinds.ts'
import * as store from './policy.store.ts'

type Row = { readonly name: string } & Readonly<Record<string, unknown>>
type Policy = { readonly name: string; readonly followerCount: number }

interface Kind<R extends { name: string; createdAt: Date }, W extends Policy> {
  readonly kind: PolicyKind<R, W>
  /** What a policy of the kind is created with. */
  readonly create: z.ZodObject
  /** Followers that have more in use than these policies allow, if these were so. */
  readonly listOver: (db: Db, policies: readonly W[]) => Promise<Over[]>
}

/** Of users and projects nothing is in use that a policy limits. */
const nobody = async (): Promise<Over[]> => []

/** Policies from a file (POL-32 the other way round): a look at what would come of it, and all of it or nothing. */
export const importHandlers = <R extends { name: string; createdAt: Date }, W extends Policy>(
  kind: PolicyKind<R, W>,
  create: z.ZodObject,
  listOver: Kind<R, W>['listOver'] = nobody,
) => ({
  check: async (app: App, _: Actor, { csv }: { csv: string }): Promise<PolicyImport> =>
    outcomeOf(await compare(app.db, { kind, create, listOver }, csv)),
  run: async (
    app: App,
    actor: Actor,
    { csv }: { csv: string },
    request: Request,
  ): Promise<PolicyImport> => {
    const done = await app.db.transaction().execute(async tx => {
      const { compared, changes } = await write(tx, { kind, create, listOver }, csv)
      await auditAll(tx, person(actor), request, changes)
      return outcomeOf(compared)
    })
    // Whoever waited for a limit may start now.
    app.wake(['scheduler'])
    return done
  },
})

async function read(create: z.ZodObject, csv: string) {
  const { given, ...rest } = await readRows(csv, {
    schema: create,
    fieldOf: new Map(headsOf(create)),
    needed: ['name'],
    name: 'name',
    most: mostImported,
    defaults: {},
    // What an export writes for no limit.
    isEmptyGiven: true,
    ignored: ['followercount', 'createdat'],
  })
  // The schema of every kind has a name.
  return { ...rest, given: given as readonly GivenRow<Row>[] }
}

interface Compared {
  readonly problems: readonly RowProblem[]
  readonly notices: readonly string[]
  readonly fresh: readonly Wanted[]
  readonly changed: readonly Changed[]
  readonly unchangedCount: number
  readonly over: readonly Over[]
}

interface Wanted {
  readonly row: Row
  readonly before: Policy | undefined
}

interface Changed<W extends Policy = Policy> extends Wanted {
  readonly before: W
}

/** What the file asks for beside what there is. */
async function compare<R extends { name: string; createdAt: Date }, W extends Policy>(
  db: Db,
  { kind, create, listOver }: Kind<R, W>,
  csv: string,
): Promise<Compared> {
  const { given, problems, notices } = await read(create, csv)
  const there = await store.findAll(db, kind, namesOf(given))
  const fresh: Wanted[] = []
  const changed: Changed<W>[] = []
  for (const { row } of given) {
    const before = there.get(row.name)
    if (before === undefined) fresh.push({ row, before })
    else if (differs(row, before)) changed.push({ row, before })
  }
  return {
    problems: [...problems, ...doubledNames(given)],
    notices,
    fresh,
    changed,
    unchangedCount: given.length - fresh.length - changed.length,
    over: await listOver(
      db,
      changed.map(({ row, before }) => ({ ...before, ...row })),
    ),
  }
}

const namesOf = (rows: readonly { readonly row: Row }[]): string[] =>
  rows.map(({ row }) => row.name)

function outcomeOf({ problems, notices, fresh, changed, over, ...rest }: Compared): PolicyImport {
  const overCounts = new Map<string, number>()
  for (const { policy } of over) overCounts.set(policy, (overCounts.get(policy) ?? 0) + 1)
  return {
    createCount: fresh.length,
    updateCount: changed.length,
    unchangedCount: rest.unchangedCount,
    followerCount: changed.reduce((sum, { before }) => sum + before.followerCount, 0),
    overCount: over.length,
    changed: changed.map(({ row: { name }, before: { followerCount } }) => ({
      name,
      followerCount,
      overCount: overCounts.get(name) ?? 0,
    })),
    over: over.slice(0, mostNamed),
    problemCount: problems.length,
    problems: problems.slice(0, mostProblems),
    notices: [...notices],
  }
}

/** Makes it so, or refuses all of it. Answers what was changed, for the log. */
async function write<R extends { name: string; createdAt: Date }, W extends Policy>(
  tx: Db,
  file: Kind<R, W>,
  csv: string,
): Promise<{ compared: Compared; changes: Change[] }> {
  const { kind, create } = file
  await store.lock(tx, kind, namesOf((await read(create, csv)).given))
  const compared = await compare(tx, file, csv)
  const { problems, fresh, changed } = compared
  if (problems.length > 0) throw refused(problems)
  const rowsOf = (wanted: readonly Wanted[]) => wanted.map(({ row }) => row)
  const taken = await store.writeAll(tx, kind, rowsOf(fresh), 'insert')
  if (taken.length > 0) throw refused(taken.map(justCreated))
  await store.writeAll(tx, kind, rowsOf(changed), 'update')
  const all = [...fresh, ...changed]
  const after = await store.findAll(tx, kind, namesOf(all))
  const changes = all.map(({ row, before }): Change => ({
    operation: `${kind.noun}.${before ? 'update' : 'create'}`,
    target: row.name,
    before: before ? { ...before } : null,
    after: { ...after.get(row.name) },
  }))
  return { compared, changes }
}

const justCreated = (name: string): RowProblem => ({
  line: null,
  column: 'name',
  name,
  message: `${name} was created just now by somebody else`,
})

/** Limits that the file does not name stay. */
const differs = (row: Row, before: object): boolean => {
  const limits = new Map(Object.entries(before))
  return Object.entries(row).some(([name, value]) => !isDeepStrictEqual(limits.get(name), value))
}

function doubledNames(rows: readonly GivenRow<Row>[]): RowProblem[] {
  const first = new Map<string, number>()
  return rows.flatMap(({ line, row: { name } }) => {
    const earlier = first.get(name)
    if (earlier === undefined) {
      first.set(name, line)
      return []
    }
    return [{ line, column: 'name', name, message: `stands in line ${earlier} too` }]
  })
}
