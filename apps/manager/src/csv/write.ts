import { neutralised } from '@capstan/core/csv'
import { stringify } from 'csv-stringify/sync'

/** Excel takes a file for UTF-8 only when this stands at its begin. */
export const byteOrderMark = '\uFEFF'

/**
 * Rows as CSV (RFC 4180). Texts that a spreadsheet would run as a formula are neutralised; a number is no formula, whatever
 * its sign.
 */
export const csvRows = (rows: readonly (readonly (string | number)[])[]): string =>
  stringify(
    rows.map(row => row.map(cell => (typeof cell === 'number' ? cell : neutralised(cell)))),
    // Blanks at an end would be trimmed by those who read it, unless they stand in quotes.
    { record_delimiter: 'windows', quoted_match: /^\s|\s$/ },
  )
