import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { RotatingLog } from './rotating-log.ts'

test('a log that has grown is set aside once, and what was set aside before is dropped', () => {
  const folder = mkdtempSync(join(tmpdir(), 'capstan-log-'))
  const log = new RotatingLog(join(folder, 'a.log'), 10)
  for (const line of ['first\n', 'second\n', 'third\n']) log.write(line)
  log.close()
  expect(readdirSync(folder).toSorted()).toEqual(['a.log', 'a.log.1'])
  expect(readFileSync(join(folder, 'a.log'), 'utf8')).toBe('third\n')
  expect(readFileSync(join(folder, 'a.log.1'), 'utf8')).toBe('second\n')
  rmSync(folder, { recursive: true })
})

test('a log goes on where an earlier run has ended', () => {
  const folder = mkdtempSync(join(tmpdir(), 'capstan-log-'))
  for (const line of ['one\n', 'two\n']) {
    const log = new RotatingLog(join(folder, 'a.log'), 100)
    log.write(line)
    log.close()
  }
  expect(readFileSync(join(folder, 'a.log'), 'utf8')).toBe('one\ntwo\n')
  rmSync(folder, { recursive: true })
})

test('words that come after the end of a log, or that no file can take, end nothing', () => {
  const folder = mkdtempSync(join(tmpdir(), 'capstan-log-'))
  const log = new RotatingLog(join(folder, 'a.log'), 10)
  log.write('first\n')
  // The file that it would be set aside as cannot be replaced.
  mkdirSync(join(folder, 'a.log.1/full'), { recursive: true })
  log.write('second\n')
  log.close()
  log.write('late\n')
  expect(readFileSync(join(folder, 'a.log'), 'utf8')).toBe('first\nsecond\n')
  rmSync(folder, { recursive: true })
})
