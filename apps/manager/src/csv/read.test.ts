import { expect, test } from 'vitest'
import { readCsv } from './read.ts'

test('POL-32 USR-11 letters of any script are read as they are, wherever they stand in a large file', async () => {
  const cell = '😀'.repeat(100_000)
  for (const before of ['', 'a']) {
    const { rows } = await readCsv(`name\n${before}${cell}\n`)
    expect(rows.map(({ cells }) => cells[0] === before + cell)).toEqual([true])
  }
})
