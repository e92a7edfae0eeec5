import { AppError } from '@capstan/contract/errors'
import type { RowProblem } from '@capstan/contract/row-problem'
import { fromCell } from '@capstan/core/flat'
import type * as z from 'zod'
import { readCsv } from './read.ts'

/** How the rows of a file are read. */
export interface RowKind<S extends z.ZodObject> {
  readonly schema: S
  /** Heads that mean a field, in small letters without marks. */
  readonly fieldOf: ReadonlyMap<string, string>
  readonly needed: readonly string[]
  /** Field whose text names a row where something is wrong with it. */
  readonly name: string
  /** The most rows. */
  readonly most: number
  readonly defaults: Readonly<Record<string, unknown>>
  /** An empty cell is the field's empty value; otherwise it is the default. */
  readonly isEmptyGiven?: boolean
  /** Heads that mean nothing here and need not be spoken of. */
  readonly ignored?: readonly string[]
}

export interface GivenRow<T> {
  readonly line: number
  readonly row: T
}

export interface GivenRows<T> {
  readonly given: readonly GivenRow<T>[]
  readonly problems: readonly RowProblem[]
  readonly notices: readonly string[]
}

/** Heads by the fields of a schema, as they are written without case and marks. */
export const headsOf = (schema: z.ZodObject): [string, string][] =>
  Object.keys(schema.shape).map(field => [plain(field), field])

const plain = (head: string): string => head.toLowerCase().replace(/[^a-z]/g, '')

/** Rows that are checked before others are served again. */
const checkedAtOnce = 500

/** The most columns that are read: a wider head is no table of ours. */
const mostColumns = 200

/** Unknown columns that are named; the others are counted. */
const mostUnknownNamed = 10

/** The rows of a CSV file, and what is wrong with them by themselves, by line and column. */
export async function readRows<S extends z.ZodObject>(
  csv: string,
  kind: RowKind<S>,
): Promise<GivenRows<z.output<S>>> {
  const { head, rows, isLastLineEnded, broken } = await readCsv(csv)
  if (head.length > mostColumns) return { given: [], problems: [tooWide(head.length)], notices: [] }
  const columns = columnsOf(head, kind)
  const problems = headProblems(columns.known, rows.length, kind)
  if (broken) problems.push({ ...atLine(broken.line), message: broken.message })
  const given: GivenRow<z.output<S>>[] = []
  if (problems.length === 0)
    for (const [index, { line, cells }] of rows.entries()) {
      if (index % checkedAtOnce === 0) await new Promise(setImmediate)
      const isCutOff = index === rows.length - 1 && !isLastLineEnded
      const result = readRow(columns, cells, kind, isCutOff)
      for (const problem of result.problems) problems.push({ line, ...problem })
      if (result.row) given.push({ line, row: result.row })
    }
  return { given, problems, notices: noticesOf(columns.unknown) }
}

interface Column {
  readonly text: string
  readonly field: string
  /** Where its cells stand in a row. */
  readonly index: number
}

interface Columns {
  readonly known: readonly Column[]
  readonly unknown: readonly string[]
  readonly count: number
}

function columnsOf(
  head: readonly string[],
  { fieldOf, ignored }: Pick<RowKind<z.ZodObject>, 'fieldOf' | 'ignored'>,
): Columns {
  const known = head.flatMap((text, index): Column[] => {
    const field = fieldOf.get(plain(text))
    return field === undefined ? [] : [{ text, field, index }]
  })
  const unknown = head.filter(text => !fieldOf.has(plain(text)) && !ignored?.includes(plain(text)))
  return { known, unknown, count: head.length }
}

function noticesOf(unknown: readonly string[]): string[] {
  if (unknown.length === 0) return []
  const more = unknown.length - mostUnknownNamed
  const names = unknown.slice(0, mostUnknownNamed).join(', ')
  return [
    `Columns that are not known here are left out: ${names}${more > 0 ? ` and ${more} more` : ''}`,
  ]
}

const atLine = (line: number): Omit<RowProblem, 'message'> => ({ line, column: null, name: '' })

const tooWide = (count: number): RowProblem => ({
  ...atLine(1),
  message: `${count} columns; at most ${mostColumns} are read`,
})

function headProblems(
  columns: readonly Column[],
  rowCount: number,
  { needed, most }: Pick<RowKind<z.ZodObject>, 'needed' | 'most'>,
): RowProblem[] {
  const fields = columns.map(({ field }) => field)
  const problem = (column: string, message: string): RowProblem => ({
    ...atLine(1),
    column,
    message,
  })
  const doubled = fields.filter((field, index) => fields.indexOf(field) !== index)
  return [
    ...needed
      .filter(field => !fields.includes(field))
      .map(field => problem(field, 'there is no such column')),
    ...doubled.map(field => problem(field, 'there are two such columns')),
    ...(rowCount === 0 ? [{ ...atLine(1), message: 'there is no row below the first line' }] : []),
    ...(rowCount > most
      ? [{ ...atLine(1), message: `${rowCount} rows; at most ${most} at once` }]
      : []),
  ]
}

interface ReadRow<S extends z.ZodObject> {
  readonly row?: z.output<S>
  readonly problems: readonly Omit<RowProblem, 'line'>[]
}

function readRow<S extends z.ZodObject>(
  columns: Columns,
  cells: readonly string[],
  kind: RowKind<S>,
  isCutOff: boolean,
): ReadRow<S> {
  const { schema, isEmptyGiven = false } = kind
  const count = cells.length
  // A cell that is not there must not be taken for one that is empty where this is no limit.
  if (count > columns.count || (isEmptyGiven && count < columns.count))
    return { problems: [{ column: null, name: '', message: lengthMessage(count, columns.count) }] }
  const values: Record<string, unknown> = { ...kind.defaults }
  for (const { field, index } of columns.known) {
    const text = cells[index] ?? ''
    const cell = schema.shape[field]
    if (cell && (text !== '' || isEmptyGiven)) values[field] = fromCell(text, cell)
  }
  const named = values[kind.name]
  const name = typeof named === 'string' ? named : ''
  const last = columns.known.find(({ index }) => index === columns.count - 1)
  if (isEmptyGiven && isCutOff && last && mayBePart(cells[last.index], values[last.field]))
    return { problems: [{ column: last.text, name, message: cutOffMessage }] }
  const parsed = schema.safeParse(values)
  if (parsed.success) return { row: parsed.data, problems: [] }
  const problems = parsed.error.issues.map(({ path, message }) => ({
    column: columns.known.find(({ field }) => field === path[0])?.text ?? String(path[0]),
    name,
    message: values[String(path[0])] === undefined ? 'this is needed' : message,
  }))
  return { problems }
}

const lengthMessage = (count: number, expected: number): string =>
  `has ${count} ${count === 1 ? 'cell' : 'cells'}, and the first line ${expected}`

const cutOffMessage = 'the file ends here and may be cut off: end the last line with a line break'

/**
 * An empty cell, or amounts by name of which the last may be missing. A number that lacks digits only limits more, and JSON
 * without its end is none.
 */
const mayBePart = (text: string | undefined, value: unknown): boolean =>
  !text || (typeof value === 'object' && !text.startsWith('{'))

/** Problems that a refusal names one by one. */
const mostNamed = 100

/** Refuses a file for what is wrong with its rows. */
export function refused(problems: readonly RowProblem[]): AppError {
  const issues = problems.slice(0, mostNamed).map(({ line, column, message }) => ({
    path: [line === null ? undefined : `line ${line}`, column].filter(Boolean).join(', '),
    message,
  }))
  return new AppError('rows_refused', {
    issues,
    detail: `${problems.length} problems, the first: ${issues[0]!.path}: ${issues[0]!.message}`,
  })
}
