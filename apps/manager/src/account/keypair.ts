import { randomBytes } from 'node:crypto'

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

/** `AKIA` and 16 characters of A–Z 2–7 (80 random bits). */
export const makeAccessKey = (): string =>
  `AKIA${Array.from(randomBytes(16), byte => alphabet[byte % 32]).join('')}`

/** 40 URL-safe characters (240 random bits). */
export const makeSecretKey = (): string => randomBytes(30).toString('base64url')
