import pino, { type Logger } from 'pino'

export type Log = Logger

/** Fields that may hold secrets, wherever they stand in a log line. */
const secret = [
  'password',
  'secretKey',
  'token',
  'joinToken',
  'ticket',
  'grant',
  'cookie',
  'authorization',
  'environ',
]

/**
 * One line of JSON per event on standard error. Levels: error = someone must look, warn = it healed itself,
 * info = a state changed, debug = the rest (`CAPSTAN_LOG_LEVEL`).
 */
export function createLog(program: string): Log {
  const output = pino.destination({ fd: 2, sync: true, maxLength: 1 << 20 })
  // A closed terminal takes no more lines, a full disk for a while; they are dropped beyond a megabyte. What we are here for does not depend on them.
  output.on('error', () => {})
  return pino(
    {
      base: { program },
      level: process.env['CAPSTAN_LOG_LEVEL'] ?? 'info',
      messageKey: 'event',
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: label => ({ level: label }) },
      redact: { paths: secret.flatMap(name => [name, `*.${name}`]), censor: '[secret]' },
    },
    output,
  )
}
