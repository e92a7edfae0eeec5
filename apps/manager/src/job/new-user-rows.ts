import type { NewUserDefaults, NewUserSource } from '@capstan/contract/job-request'
import { mostNewUsers } from '@capstan/contract/job-request'
import { NewUserRow } from '@capstan/contract/user'
import { fromCell } from '@capstan/core/flat'
import { readCsv } from '../csv/read.ts'

/** One of the users that are to be made, as far as its row alone says. */
export interface GivenUser {
  readonly line: number | null
  readonly row: NewUserRow
}

export interface RowProblem {
  readonly line: number | null
  readonly column: string | null
  readonly name: string
  readonly message: string
}

export interface GivenUsers {
  readonly given: readonly GivenUser[]
  readonly problems: readonly RowProblem[]
  readonly notices: readonly string[]
}

/** The users that a pattern or a file asks for, and what is wrong with its rows by themselves. */
export function readNewUsers(
  source: NewUserSource,
  defaults: NewUserDefaults,
): GivenUsers | Promise<GivenUsers> {
  return source.from === 'csv' ? readFile(source.csv, defaults) : fromPattern(source, defaults)
}

function fromPattern(
  { prefix, count, first, emailDomain }: Extract<NewUserSource, { from: 'pattern' }>,
  defaults: NewUserDefaults,
): GivenUsers {
  // Numbers of one length sort as they count.
  const length = String(first + count - 1).length
  const given: GivenUser[] = []
  const problems: RowProblem[] = []
  for (let number = first; number < first + count; number++) {
    const name = prefix + String(number).padStart(length, '0')
    const parsed = NewUserRow.safeParse({ ...defaults, name, email: `${name}@${emailDomain}` })
    if (parsed.success) given.push({ line: null, row: parsed.data })
    else
      for (const { path, message } of parsed.error.issues)
        problems.push({ line: null, column: String(path[0]), name, message })
  }
  return { given, problems, notices: [] }
}

/** Heads that mean a field, without case and marks: our own, and those of other systems' files. */
const fieldOf: ReadonlyMap<string, keyof NewUserRow> = new Map<string, keyof NewUserRow>([
  ...(Object.keys(NewUserRow.shape) as (keyof NewUserRow)[]).map(
    field => [field.toLowerCase(), field] as const,
  ),
  ['username', 'name'],
  ['domain', 'domainName'],
  ['project', 'projects'],
  ['userpolicy', 'policy'],
  ['resourcepolicy', 'policy'],
  ['passwordchangerequired', 'isPasswordChangeRequired'],
  ['needpasswordchange', 'isPasswordChangeRequired'],
  ['sudo', 'isSudoEnabled'],
])

const plain = (head: string): string => head.toLowerCase().replace(/[^a-z]/g, '')

/** Rows that are checked before others are served again. */
const checkedAtOnce = 500

async function readFile(csv: string, defaults: NewUserDefaults): Promise<GivenUsers> {
  const { head, rows, broken } = await readCsv(csv)
  const columns = head.map(text => ({ text, field: fieldOf.get(plain(text)) }))
  const problems: RowProblem[] = headProblems(columns, rows.length)
  if (broken) problems.push({ ...atLine(broken.line), message: broken.message })
  const given: GivenUser[] = []
  if (problems.length === 0)
    for (const [index, { line, cells }] of rows.entries()) {
      if (index % checkedAtOnce === 0) await new Promise(setImmediate)
      const result = readRow(columns, cells, defaults)
      if (cells.length > columns.length)
        problems.push({
          ...atLine(line),
          message: `has ${cells.length} cells, and the first line ${columns.length}`,
        })
      for (const problem of result.problems) problems.push({ line, ...problem })
      if (result.row) given.push({ line, row: result.row })
    }
  const unknown = columns.filter(({ field }) => field === undefined).map(({ text }) => text)
  const notices =
    unknown.length > 0
      ? [`Columns that are not known here are left out: ${unknown.join(', ')}`]
      : []
  return { given, problems, notices }
}

interface Column {
  readonly text: string
  readonly field: keyof NewUserRow | undefined
}

const atLine = (line: number): Omit<RowProblem, 'message'> => ({ line, column: null, name: '' })

function headProblems(columns: readonly Column[], rowCount: number): RowProblem[] {
  const fields = columns.map(({ field }) => field).filter(field => field !== undefined)
  const problem = (column: string, message: string): RowProblem => ({
    ...atLine(1),
    column,
    message,
  })
  const doubled = fields.filter((field, index) => fields.indexOf(field) !== index)
  return [
    ...(['email', 'name'] as const)
      .filter(field => !fields.includes(field))
      .map(field => problem(field, 'there is no such column')),
    ...doubled.map(field => problem(field, 'there are two such columns')),
    ...(rowCount === 0 ? [{ ...atLine(1), message: 'there is no row below the first line' }] : []),
    ...(rowCount > mostNewUsers
      ? [{ ...atLine(1), message: `${rowCount} rows; at most ${mostNewUsers} at once` }]
      : []),
  ]
}

function readRow(
  columns: readonly Column[],
  cells: readonly string[],
  defaults: NewUserDefaults,
): { row?: NewUserRow; problems: { column: string | null; name: string; message: string }[] } {
  const values: Record<string, unknown> = { ...defaults }
  for (const [index, { field }] of columns.entries()) {
    const text = cells[index] ?? ''
    // An empty cell is what the others of this job are.
    if (field !== undefined && text !== '') values[field] = fromCell(text, NewUserRow.shape[field])
  }
  const parsed = NewUserRow.safeParse(values)
  if (parsed.success) return { row: parsed.data, problems: [] }
  const name = typeof values['email'] === 'string' ? values['email'] : ''
  const problems = parsed.error.issues.map(({ path, message }) => ({
    column: columns.find(({ field }) => field === path[0])?.text ?? String(path[0]),
    name,
    message: values[String(path[0])] === undefined ? 'this is needed' : message,
  }))
  return { problems }
}
