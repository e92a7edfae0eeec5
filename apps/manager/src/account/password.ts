import { argon2, randomBytes, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'

const derive = promisify(argon2)

/** OWASP's first choice for argon2id: 19 MiB, two passes, one lane. Kept in the hash, so that it can be raised later. */
const cost = { memory: 19 * 1024, passes: 2, parallelism: 1 }
const tagLength = 32

/** The hash of a password, in the PHC string format: `$argon2id$v=19$m=…,t=…,p=…$salt$hash`. */
export async function hashPassword(password: string): Promise<string> {
  const nonce = randomBytes(16)
  const tag = await derive('argon2id', { message: password, nonce, tagLength, ...cost })
  const { memory, passes, parallelism } = cost
  return `$argon2id$v=19$m=${memory},t=${passes},p=${parallelism}$${unpadded(nonce)}$${unpadded(tag)}`
}

const phc = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/

/** Whether a password is the one that was hashed. */
export async function isPassword(hash: string, password: string): Promise<boolean> {
  const fields = phc.exec(hash)
  if (!fields) throw new Error('a stored password hash is not of a form known here')
  const expected = Buffer.from(fields[5]!, 'base64')
  const tag = await derive('argon2id', {
    message: password,
    nonce: Buffer.from(fields[4]!, 'base64'),
    tagLength: expected.length,
    memory: Number(fields[1]),
    passes: Number(fields[2]),
    parallelism: Number(fields[3]),
  })
  return timingSafeEqual(tag, expected)
}

const unpadded = (bytes: Uint8Array): string =>
  Buffer.from(bytes).toString('base64').replace(/=+$/, '')

let nobody: Promise<string> | undefined

/** Compared against when there is no such account, so that the answer takes as long as for one that exists. */
export const nobodysHash = (): Promise<string> =>
  (nobody ??= hashPassword(randomBytes(16).toString('hex')))
