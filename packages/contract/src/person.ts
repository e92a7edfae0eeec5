import * as z from 'zod'
import { secret } from './secret.ts'
import { line } from './text.ts'

/** USR-04: each broken rule has a message of its own. */
export const Password = secret(
  z
    .string()
    .min(8, 'at least 8 characters')
    .max(1024, 'at most 1024 characters')
    .regex(/\p{L}/u, 'at least one letter')
    .regex(/\d/, 'at least one digit')
    .regex(/[^\p{L}\d\s]/u, 'at least one special character'),
)

export const UserEmail = z.email('not an e-mail address').max(64, 'at most 64 characters')
export const UserName = line(64).regex(
  /^[\p{L}\d](?:[\p{L}\d ._-]*[\p{L}\d])?$/u,
  'letters, digits, dots, dashes, underscores and spaces; first and last a letter or digit',
)
