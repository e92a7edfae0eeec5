import * as z from 'zod'

const policyNamePattern = /^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,62}[A-Za-z0-9])?$/
export const PolicyName = z
  .string()
  .regex(
    policyNamePattern,
    '1 to 64 letters, digits, dots, dashes and underscores; first and last a letter or digit',
  )
