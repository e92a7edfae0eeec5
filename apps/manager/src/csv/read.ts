import { Readable } from 'node:stream'
import { findDelimiter, restored } from '@capstan/core/csv'
import { CsvError, parse } from 'csv-parse'

export interface CsvRow {
  /** Line of the file that it begins at, from 1. */
  readonly line: number
  readonly cells: readonly string[]
}

export interface CsvTable {
  readonly head: readonly string[]
  readonly rows: readonly CsvRow[]
  /** The last line ends with a line break: nothing of it was cut off. */
  readonly isLastLineEnded: boolean
  /** Where the file stops being CSV: nothing after it was read. */
  readonly broken: { readonly line: number; readonly message: string } | undefined
}

/** Characters that are parsed in one go, so that a large file does not hold up whoever else is served. */
const pieceLength = 64 * 1024

/** Reads a CSV file: whatever its delimiter, with or without a byte order mark; what was neutralised is restored. */
export async function readCsv(text: string): Promise<CsvTable> {
  // Breaks of one kind, so that lines are counted as an editor counts them.
  const parser = Readable.from(piecesOf(text.replace(/\r\n?/g, '\n'))).pipe(
    parse({
      bom: true,
      delimiter: findDelimiter(text),
      info: true,
      record_delimiter: '\n',
      relax_column_count: true,
      skip_empty_lines: true,
      trim: true,
    }),
  )
  const rows: CsvRow[] = []
  let broken: CsvTable['broken']
  try {
    for await (const each of parser) {
      // With `info` a record comes with where it stands.
      const { record, info } = each as { record: string[]; info: { lines: number } }
      const breaks = record.reduce((sum, cell) => sum + (cell.match(/\n/g)?.length ?? 0), 0)
      rows.push({ line: info.lines - breaks, cells: record.map(restored) })
    }
  } catch (error) {
    if (!(error instanceof CsvError)) throw error
    broken = { line: Number(error['lines'] ?? 0), message: wordsOf(error) }
  }
  const [head, ...rest] = rows
  return {
    head: head?.cells ?? [],
    rows: rest,
    isLastLineEnded: /[\r\n]$/.test(text),
    broken,
  }
}

function* piecesOf(text: string): Generator<string> {
  let end: number
  for (let at = 0; at < text.length; at = end) {
    end = at + pieceLength
    // A character of two units stays whole: each half by itself would be written as a replacement character.
    if (isHighSurrogate(text.charCodeAt(end - 1))) end += 1
    yield text.slice(at, end)
  }
}

const isHighSurrogate = (unit: number): boolean => unit >= 0xd800 && unit <= 0xdbff

const wordsOf = ({ code }: CsvError): string =>
  code === 'CSV_QUOTE_NOT_CLOSED'
    ? 'a quote is opened and never closed'
    : 'a quote stands where none may: write it twice, within quotes'
