import { AppError, type ErrorCode } from '@capstan/contract/errors'
import { readReason } from '@capstan/core/reason'
import { describeAmount, describeBytes, toAmounts } from '@capstan/core/slots'
import type { Slots } from '@capstan/contract/slots'

export type Cell = string | number | null | undefined

/** Columns side by side, as wide as their widest cell. The last one is not padded. */
export const table = (header: readonly string[], rows: readonly (readonly Cell[])[]): string =>
  openTable(header)(rows)

/** The same for rows that come page by page: the header stands before the first, and columns only grow. */
export function openTable(
  header: readonly string[],
): (rows: readonly (readonly Cell[])[]) => string {
  let before: readonly (readonly string[])[] = [header]
  const widths = header.map(() => 0)
  return rows => {
    const cells = [...before, ...rows.map(row => row.map(shown))]
    before = []
    for (const row of cells)
      for (const [column, text] of row.entries())
        widths[column] = Math.max(widths[column] ?? 0, width(text))
    return cells
      .map(row =>
        row
          .map((text, column) => text + ' '.repeat(widths[column]! - width(text)))
          .join('  ')
          .trimEnd(),
      )
      .join('\n')
  }
}

/** `NAME  value` lines. Those without a value are left out. */
export function properties(fields: readonly (readonly [string, Cell])[]): string {
  const there = fields.filter(([, value]) => value !== null && value !== undefined && value !== '')
  const widest = Math.max(...there.map(([name]) => name.length))
  return there.map(([name, value]) => `${name.padEnd(widest)}  ${shown(value)}`).join('\n')
}

const shown = (value: Cell): string =>
  value === null || value === undefined || value === '' ? '-' : printable(String(value))

/** Names and messages come from others: nothing in them may steer the terminal. */
export const printable = (text: string): string =>
  // oxlint-disable-next-line no-control-regex
  text.replaceAll(/[\u0000-\u001f\u007f-\u009f]+/g, ' ')

/** Cells on the terminal: East Asian letters and emoji take two. */
const width = (text: string): number =>
  Array.from(text).reduce((sum, letter) => sum + (isWide(letter.codePointAt(0)!) ? 2 : 1), 0)

const isWide = (code: number): boolean =>
  (code >= 0x1100 && code <= 0x115f) ||
  (code >= 0x2e80 && code <= 0xa4cf) ||
  (code >= 0xac00 && code <= 0xd7a3) ||
  (code >= 0xf900 && code <= 0xfaff) ||
  (code >= 0xfe30 && code <= 0xfe6f) ||
  (code >= 0xff00 && code <= 0xff60) ||
  (code >= 0x1f300 && code <= 0x1faff)

/** Amounts for people: `1 core, 2 GiB`. */
export const describeSlots = (slots: Slots): string =>
  Object.entries(toAmounts(slots))
    .map(([slot, amount]) => describeAmount(slot, amount))
    .join(', ')

/** Why something is as it is, with times as the clock here has them: `2026-01-31 18:30:00`. */
export const describeReason = (
  reason: { readonly message: string } | null | undefined,
): string | undefined => (reason ? readReason(reason, at => at.toLocaleString('sv-SE')) : undefined)

/** What is used of what is there: `1/4 cores, 2/16 GiB`. */
export const describeUse = (used: Slots, capacity: Slots): string =>
  Object.entries(capacity)
    .map(([slot, most]) =>
      slot === 'mem'
        ? `${describeBytes(used[slot] ?? 0)} of ${describeBytes(most)}`
        : `${used[slot] ?? 0} of ${describeAmount(slot, toAmounts({ [slot]: most })[slot] ?? 0)}`,
    )
    .join(', ')

/** How long ago, in the largest unit: `5m`. */
export function age(iso: string, now: Date = new Date()): string {
  const seconds = Math.max(0, Math.round((now.getTime() - Date.parse(iso)) / 1000))
  const units = [
    ['d', 86_400],
    ['h', 3600],
    ['m', 60],
  ] as const
  const [unit, length] = units.find(([, size]) => seconds >= size) ?? ['s', 1]
  return `${Math.floor(seconds / length)}${unit}`
}

export const print = (text: string): void => {
  process.stdout.write(text.endsWith('\n') || text === '' ? text : `${text}\n`)
}

/** For people, beside the output: on standard error. */
export const say = (text: string): void => {
  process.stderr.write(`${text}\n`)
}

/** What to do about a failure, where the server cannot know how it is done from here. */
const nextSteps: Partial<Record<ErrorCode, string>> = {
  unauthenticated: 'sign in with "capstan login URL"',
  account_not_active: 'ask an administrator to activate it',
  forbidden: 'ask an administrator who may',
  user_not_found: 'see "capstan user list"',
  keypair_not_found: 'see "capstan keypair list"',
  project_not_found: 'see "capstan project list"',
  domain_not_found: 'see "capstan domain list"',
  group_not_found: 'see "capstan group list"',
  agent_not_found: 'see "capstan agent list"',
  group_in_use: 'keep new sessions out with "capstan group update NAME --no-active"',
  policy_not_found: 'see "capstan policy keypair list" (or user, project)',
  policy_in_use: 'name another one for them with --reassign-to',
  keypair_is_active: 'see "capstan keypair deactivate"',
}

/**
 * Everything that a failure knows: what, which fields, what to do, under which request id. `fieldName` says what the fields are
 * called where they were given.
 */
export function describeFailure(
  error: unknown,
  fieldName: (path: string) => string = path => path,
): string {
  if (!(error instanceof AppError)) return error instanceof Error ? error.message : String(error)
  const { requestId, retryAfterS } = error.options
  const nextStep = nextSteps[error.code]
  return [
    `${error.message} (${error.code})`,
    ...error.issues.map(
      ({ path, message }) => `  ${path === '' ? '' : `${fieldName(path)}: `}${message}`,
    ),
    ...(nextStep === undefined ? [] : [`  ${nextStep}`]),
    ...(retryAfterS === undefined ? [] : [`  try again in ${retryAfterS} s`]),
    ...(requestId === undefined ? [] : [`  request ${requestId}`]),
  ].join('\n')
}
