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

/** The rows of a CSV file, and what is wrong with them by themselves, by line and column. */
export async function readRows<S extends z.ZodObject>(
  csv: string,
  kind: RowKind<S>,
): Promise<GivenRows<z.output<S>>> {
  const { head, rows, broken } = await readCsv(csv)
  const columns = head.map(text => ({ text, field: kind.fieldOf.get(plain(text)) }))
  const problems: RowProblem[] = headProblems(columns, rows.length, kind)
  if (broken) problems.push({ ...atLine(broken.line), message: broken.message })
  const given: GivenRow<z.output<S>>[] = []
  if (problems.length === 0)
    for (const [index, { line, cells }] of rows.entries()) {
      if (index % checkedAtOnce === 0) await new Promise(setImmediate)
      const result = readRow(columns, cells, kind)
      if (cells.length > columns.length)
        problems.push({
          ...atLine(line),
          message: `has ${cells.length} cells, and the first line ${columns.length}`,
        })
      for (const problem of result.problems) problems.push({ line, ...problem })
      if (result.row) given.push({ line, row: result.row })
    }
  const unknown = columns
    .filter(({ field, text }) => field === undefined && !kind.ignored?.includes(plain(text)))
    .map(({ text }) => text)
  const notices =
    unknown.length > 0
      ? [`Columns that are not known here are left out: ${unknown.join(', ')}`]
      : []
  return { given, problems, notices }
}

interface Column {
  readonly text: string
  readonly field: string | undefined
}

const atLine = (line: number): Omit<RowProblem, 'message'> => ({ line, column: null, name: '' })

function headProblems(
  columns: readonly Column[],
  rowCount: number,
  { needed, most }: Pick<RowKind<z.ZodObject>, 'needed' | 'most'>,
): RowProblem[] {
  const fields = columns.map(({ field }) => field).filter(field => field !== undefined)
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

function readRow<S extends z.ZodObject>(
  columns: readonly Column[],
  cells: readonly string[],
  { schema, defaults, name: nameField, isEmptyGiven = false }: RowKind<S>,
): { row?: z.output<S>; problems: Omit<RowProblem, 'line'>[] } {
  const values: Record<string, unknown> = { ...defaults }
  for (const [index, { field }] of columns.entries()) {
    const text = cells[index] ?? ''
    const cell = field === undefined ? undefined : schema.shape[field]
    if (field !== undefined && cell && (text !== '' || isEmptyGiven))
      values[field] = fromCell(text, cell)
  }
  const parsed = schema.safeParse(values)
  if (parsed.success) return { row: parsed.data, problems: [] }
  const named = values[nameField]
  const name = typeof named === 'string' ? named : ''
  const problems = parsed.error.issues.map(({ path, message }) => ({
    column: columns.find(({ field }) => field === path[0])?.text ?? String(path[0]),
    name,
    message: values[String(path[0])] === undefined ? 'this is needed' : message,
  }))
  return { problems }
}

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
