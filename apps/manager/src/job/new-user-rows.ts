import type { NewUserDefaults, NewUserSource } from '@capstan/contract/job-request'
import { mostNewUsers } from '@capstan/contract/job-request'
import type { RowProblem } from '@capstan/contract/row-problem'
import { NewUserRow } from '@capstan/contract/user'
import { headsOf, readRows, type RowKind } from '../csv/rows.ts'

/** One of the users that are to be made, as far as its row alone says. */
export interface GivenUser {
  readonly line: number | null
  readonly row: NewUserRow
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
  return source.from === 'csv'
    ? readRows(source.csv, { ...rowKind, defaults })
    : fromPattern(source, defaults)
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

const rowKind: RowKind<typeof NewUserRow> = {
  schema: NewUserRow,
  // Our own heads, and those of other systems' files.
  fieldOf: new Map([
    ...headsOf(NewUserRow),
    ['username', 'name'],
    ['domain', 'domainName'],
    ['project', 'projects'],
    ['userpolicy', 'policy'],
    ['resourcepolicy', 'policy'],
    ['passwordchangerequired', 'isPasswordChangeRequired'],
    ['needpasswordchange', 'isPasswordChangeRequired'],
    ['sudo', 'isSudoEnabled'],
  ]),
  needed: ['email', 'name'],
  name: 'email',
  most: mostNewUsers,
  defaults: {},
}
