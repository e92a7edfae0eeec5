import { flatColumns, toCell, valueAt } from '@capstan/core/flat'
import type * as z from 'zod'
import { byteOrderMark, csvRows } from '../csv/write.ts'

type Pages = AsyncIterable<readonly unknown[]>

/** A CSV file with all fields of the items: its head, then a piece a page. */
export async function* csvPieces(
  pages: Pages,
  item: z.ZodObject,
  hasMark: boolean,
): AsyncGenerator<string, void> {
  const columns = flatColumns(item)
  let head = (hasMark ? byteOrderMark : '') + csvRows([columns.map(({ name }) => name)])
  for await (const items of pages) {
    const rows = items.map(each =>
      columns.map(({ path }) => {
        const value = valueAt(each, path)
        return typeof value === 'number' ? value : toCell(value)
      }),
    )
    yield head + csvRows(rows)
    head = ''
  }
}

/** A JSON array with an item a line. */
export async function* jsonPieces(pages: Pages): AsyncGenerator<string, void> {
  let begin = '[\n'
  for await (const items of pages) {
    if (items.length === 0) continue
    yield begin + items.map(each => JSON.stringify(each)).join(',\n')
    begin = ',\n'
  }
  yield begin === '[\n' ? '[]\n' : '\n]\n'
}
