import { randomBytes } from 'node:crypto'
import { generateSecret, generateURI, verify } from 'otplib'
import { hashSecret } from '../db/seal.ts'

/** Length of a step, in seconds; a code of the step before and after is taken too, for clocks that are off (RFC 6238, 5.2). */
const stepS = 30

/** A new seed, in Base32, and the address that authenticators read from a QR code. */
export function newSeed(email: string): { secret: string; uri: string } {
  const secret = generateSecret()
  return { secret, uri: generateURI({ issuer: 'Capstan', label: email, secret }) }
}

/** The step that a code is of; undefined when it is not right, or not later than the last one that was used. */
export async function stepOf(
  secret: string,
  code: string,
  { now, lastStep }: { now: Date; lastStep: number | null },
): Promise<number | undefined> {
  if (!/^\d{6}$/.test(code)) return undefined
  const epoch = Math.floor(now.getTime() / 1000)
  const result = await verify({ secret, token: code, epoch, epochTolerance: stepS })
  if (!result.valid) return undefined
  const step = Math.floor(epoch / stepS) + result.delta
  return lastStep !== null && step <= lastStep ? undefined : step
}

/** Without letters and digits that look alike. */
const alphabet = 'abcdefghjkmnpqrstuvwxyz23456789'

const codeCount = 10
const codeLength = 12

/** Codes for who has lost their authenticator: `xxxx-xxxx-xxxx`, 59 bits each. */
export const newRecoveryCodes = (): string[] => Array.from({ length: codeCount }, newRecoveryCode)

function newRecoveryCode(): string {
  let letters = ''
  while (letters.length < codeLength)
    for (const byte of randomBytes(codeLength))
      // Bytes beyond the last whole multiple would make some letters likelier.
      if (byte < 248 && letters.length < codeLength) letters += alphabet[byte % alphabet.length]!
  return letters.replace(/(.{4})(?=.)/g, '$1-')
}

/** What is stored of a recovery code; typed with or without dashes, in any case. */
export const hashRecoveryCode = (userId: string, code: string): Buffer =>
  hashSecret(`recovery:${userId}:${code.toLowerCase().replace(/[^a-z0-9]/g, '')}`)
