import * as z from 'zod'

/**
 * The WebSocket of a terminal. Client to server: binary frames are input; text frames are one of these as JSON.
 * Server to client: a binary frame is one byte of stream (1 output, 2 error output) and the bytes; text frames are `TerminalNotice`.
 */
export const TerminalControl = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('resize'),
    columns: z.int().min(1).max(1000),
    rows: z.int().min(1).max(1000),
  }),
  /** Input has ended (commands without a terminal). */
  z.strictObject({ type: z.literal('eof') }),
])
export type TerminalControl = z.infer<typeof TerminalControl>

export const TerminalNotice = z.discriminatedUnion('type', [
  /** `isResumed`: an earlier terminal goes on; what follows first is its last output. */
  z.object({ type: z.literal('ready'), terminalId: z.string(), isResumed: z.boolean() }),
  z.object({ type: z.literal('exit'), exitCode: z.int() }),
  z.object({ type: z.literal('error'), message: z.string() }),
])
export type TerminalNotice = z.infer<typeof TerminalNotice>
