import { readFileSync } from 'node:fs'
import { text as readAll } from 'node:stream/consumers'

/** Everything in a file; `-` is standard input. */
export const readText = async (path: string): Promise<string> =>
  path === '-' ? readAll(process.stdin) : readFileSync(path, 'utf8')

/** The lines of a file that are not empty, without spaces around them. */
export const readLines = async (path: string): Promise<string[]> =>
  (await readText(path))
    .split('\n')
    .map(line => line.trim())
    .filter(line => line !== '')
