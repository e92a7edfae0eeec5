import { randomBytes } from 'node:crypto'
import {
  chmodSync,
  closeSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  unlinkSync,
  writeSync,
} from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join, resolve } from 'node:path'

/** Where this installation keeps its data: `CAPSTAN_HOME`, default `~/.capstan`. */
export const homeFolder = (): string =>
  resolve(process.env['CAPSTAN_HOME'] || join(homedir(), '.capstan'))

/**
 * The secret kept in a file of mode 600, made on first use. Written beside and then linked, so that a crash leaves
 * no half secret and of two starters the first one wins.
 */
export function secretFile(
  path: string,
  make: () => string = () => randomBytes(32).toString('base64url'),
): string {
  const existing = readSecret(path)
  if (existing !== undefined) return existing
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  const draft = `${path}.${process.pid}.${randomBytes(4).toString('hex')}`
  const file = openSync(draft, 'wx', 0o600)
  writeSync(file, make())
  fsyncSync(file)
  closeSync(file)
  try {
    linkSync(draft, path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  } finally {
    unlinkSync(draft)
  }
  const secret = readSecret(path)
  if (secret === undefined) throw new Error(`cannot read the secret just written to ${path}`)
  return secret
}

/** The secret in a file, or undefined where there is none. Also puts its mode right. */
export function readSecret(path: string): string | undefined {
  try {
    const secret = readFileSync(path, 'utf8').trim()
    chmodSync(path, 0o600)
    return secret === '' ? undefined : secret
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
