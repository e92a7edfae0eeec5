import { createLog, type Log } from '@capstan/runtime/log'
import { stopSignal } from '@capstan/runtime/shutdown'

export interface ProgramContext {
  readonly signal: AbortSignal
  readonly log: Log
}

/** Runs one of our programs in this process until it is asked to stop; then ends the process. */
export async function runProgram(
  name: string,
  run: (context: ProgramContext) => Promise<void>,
): Promise<void> {
  const log = createLog(name)
  const signal = stopSignal(log)
  // Our parent was killed before we could listen for its end.
  if (process.env['CAPSTAN_CHILD'] === '1' && !process.connected) process.exit(0)
  try {
    await run({ signal, log })
    process.exit(0)
  } catch (error) {
    log.error({ err: error }, 'failed')
    process.exit(1)
  }
}
