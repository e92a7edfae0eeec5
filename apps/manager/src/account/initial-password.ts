import { randomInt } from 'node:crypto'

/** Without letters and digits that look like others: it is read from paper. */
const alphabet = 'abcdefghjkmnpqrstuvwxyz23456789'

/** A password for somebody's first sign-in: 16 characters in groups of four, 79 random bits; it passes our own rule. */
export function makeInitialPassword(): string {
  for (;;) {
    const letters = Array.from({ length: 16 }, () => alphabet[randomInt(alphabet.length)]).join('')
    if (/\d/.test(letters) && /[a-z]/.test(letters)) return letters.replace(/(.{4})(?=.)/g, '$1-')
  }
}
