import { expect, test } from 'vitest'
import * as z from 'zod'
import { headsOf, readRows, type RowKind } from './rows.ts'

const schema = z.strictObject({
  name: z.string().min(1),
  most: z.int().nullable().optional(),
  slots: z.record(z.string(), z.number()).optional(),
})

const kind: RowKind<typeof schema> = {
  schema,
  fieldOf: new Map(headsOf(schema)),
  needed: ['name'],
  name: 'name',
  most: 10_000,
  defaults: {},
}
const limits: RowKind<typeof schema> = { ...kind, isEmptyGiven: true }

test('POL-32 a file of half a million columns and ten thousand rows is refused before its rows are looked at', async () => {
  const csv = `name${','.repeat(500_000)}\n${'lab\n'.repeat(10_000)}`
  const { given, problems, notices } = await readRows(csv, kind)
  expect(given).toEqual([])
  expect(problems).toEqual([
    { line: 1, column: null, name: '', message: '500001 columns; at most 200 are read' },
  ])
  expect(notices).toEqual([])
})

test('POL-32 of columns that are not known ten are named and the others counted', async () => {
  const extra = Array.from({ length: 13 }, (_, index) => `x${index}`)
  const notice = async (count: number) => {
    const heads = extra.slice(0, count)
    const { given, notices } = await readRows(
      `${[...heads, 'name'].join(',')}\n${'1,'.repeat(count)}lab\n`,
      kind,
    )
    expect(given).toEqual([{ line: 2, row: { name: 'lab' } }])
    return notices
  }
  const begin =
    'Columns that are not known here are left out: x0, x1, x2, x3, x4, x5, x6, x7, x8, x9'
  expect(await notice(0)).toEqual([])
  expect(await notice(10)).toEqual([begin])
  expect(await notice(13)).toEqual([`${begin} and 3 more`])
})

test('POL-32 a row that is shorter than the first line is refused where an empty cell is no limit, and read where it is not', async () => {
  const csv = 'name,most,slots,more\nlab,3,cpu=1,\nshort,3\n'
  expect(await readRows(csv, limits)).toMatchObject({
    given: [{ line: 2, row: { name: 'lab', most: 3, slots: { cpu: 1 } } }],
    problems: [{ line: 3, column: null, name: '', message: 'has 2 cells, and the first line 4' }],
  })
  expect(await readRows(csv, kind)).toMatchObject({
    given: [{ line: 2 }, { line: 3, row: { name: 'short', most: 3 } }],
    problems: [],
  })
})

test.each([
  'name,most\nlab,7\n',
  'name,slots\nlab,cpu=4;mem=8\n',
  'name,slots,most\nlab,cpu=4;mem=8,100\n',
  'name,most,slots\r\nlab,7,"{""cpu"":4,""mem"":8}"\r\n',
])('POL-32 %j cut off anywhere lifts no limit', async whole => {
  const isLimited = (row: z.output<typeof schema>): boolean =>
    (!whole.includes('most') || typeof row.most === 'number') &&
    (!whole.includes('slots') || Object.keys(row.slots ?? {}).length === 2)
  expect((await readRows(whole, limits)).given.map(({ row }) => isLimited(row))).toEqual([true])
  for (let length = whole.indexOf('lab'); length < whole.length; length++) {
    const cut = whole.slice(0, length)
    const { given, problems } = await readRows(cut, limits)
    if (problems.length > 0) continue
    expect(
      given.map(({ row }) => isLimited(row)),
      cut,
    ).toEqual([true])
  }
})

test('POL-32 a last line without a break at its end is read where nothing can be missing of it', async () => {
  expect(await readRows('name,most\nlab,7', limits)).toMatchObject({
    given: [{ row: { name: 'lab', most: 7 } }],
    problems: [],
  })
  expect(await readRows('name;slots\nlab;"{""cpu"":4}"', limits)).toMatchObject({
    given: [{ row: { name: 'lab', slots: { cpu: 4 } } }],
    problems: [],
  })
  expect((await readRows('name,most\nlab,', limits)).problems).toEqual([
    {
      line: 2,
      column: 'most',
      name: 'lab',
      message: 'the file ends here and may be cut off: end the last line with a line break',
    },
  ])
})
