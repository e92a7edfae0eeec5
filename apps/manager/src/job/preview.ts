import { type JobPreview, mostProblems } from '@capstan/contract/job'
import type { RawBuilder } from 'kysely'
import type { Db } from '../db/db.ts'
import { lastSuperadmin, type Many } from '../user/many.ts'

/** Things that are looked at in one go. */
const pageRows = 5000

/** How many of those that would be changed are named. */
const mostSampled = 20

/** What a change would come to for all that meets the conditions. Writes nothing. */
export async function previewMany<Row>(
  db: Db,
  many: Many<Row>,
  where: readonly RawBuilder<unknown>[],
): Promise<JobPreview> {
  const { idOf, nameOf, verdictOn, isDelicate } = many
  const problems: { name: string; message: string }[] = []
  const changing: string[] = []
  const sample: string[] = []
  let count = 0
  let problemCount = 0
  let lastDelicate: string | undefined
  const note = (name: string, message: string): void => {
    if (problemCount++ < mostProblems) problems.push({ name, message })
  }
  for await (const row of rowsOf(db, many, where)) {
    count++
    const verdict = verdictOn(row)
    if (verdict === 'unchanged') continue
    if (verdict !== 'change') note(nameOf(row), verdict.message)
    else {
      changing.push(idOf(row))
      if (sample.length < mostSampled) sample.push(nameOf(row))
      if (isDelicate(row)) lastDelicate = later(lastDelicate, nameOf(row))
    }
  }
  const { isLastSuperadmin, ...atStake } = await many.atStake(db, changing)
  // Of several the last one is what the database holds on to.
  const spared = isLastSuperadmin ? lastDelicate : undefined
  const refusedCount = problemCount
  if (spared !== undefined) note(spared, lastSuperadmin.message)
  return {
    count,
    changeCount: changing.length - (spared === undefined ? 0 : 1),
    unchangedCount: count - changing.length - refusedCount,
    sample: sample.filter(name => name !== spared).sort(),
    problemCount,
    problems: problems.map(problem => ({ line: null, column: null, ...problem })),
    ...atStake,
    notices: [],
  }
}

const later = (one: string | undefined, other: string): string =>
  one !== undefined && one.localeCompare(other) > 0 ? one : other

async function* rowsOf<Row>(
  db: Db,
  { read, idOf }: Many<Row>,
  where: readonly RawBuilder<unknown>[],
): AsyncGenerator<Row, void> {
  for (let after: string | undefined; ;) {
    const rows = await read(db, where, { after, limit: pageRows })
    yield* rows
    const last = rows.at(-1)
    if (last === undefined || rows.length < pageRows) return
    after = idOf(last)
  }
}
