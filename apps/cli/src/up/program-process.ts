import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { RotatingLog } from './rotating-log.ts'

const main = fileURLToPath(new URL('../main.ts', import.meta.url))

export interface ProgramProcessOptions {
  /** The program's name comes first. */
  readonly args: readonly string[]
  /** Secrets go this way: arguments are for everybody to see. */
  readonly env: Record<string, string>
  readonly log: RotatingLog
  /** What the program says that someone must look at. */
  readonly onError: (message: string) => void
}

/** A fifth less memory when idle, for code that runs slower: not for the manager, which everybody waits for. */
const smallFlag = '--optimize-for-size'

/** The young generation may grow under load, which `smallFlag` alone would forbid. */
const youngFlag = '--max-semi-space-size=8'

/**
 * Starts one of our own programs as a child that stops when we are gone (the closed IPC channel tells it), with its words in
 * a log file. Its own process group: Ctrl-C reaches only us, and we end things in order.
 */
export function startProgram({ args, env, log, onError }: ProgramProcessOptions): ChildProcess {
  const flags = args[0] === 'manager' ? [youngFlag] : [youngFlag, smallFlag]
  const child = spawn(process.execPath, [...flags, main, ...args], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: { ...process.env, ...env, CAPSTAN_CHILD: '1' },
    detached: true,
  })
  child.on('error', error => onError(error.message))
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk: Buffer) => {
      log.write(chunk)
      for (const message of errorsIn(chunk)) onError(message)
    })
  return child
}

/** Messages of the lines of level `error`. A line cut in two is passed over: the file has it. */
function errorsIn(chunk: Buffer): string[] {
  if (!chunk.includes('"level":"error"')) return []
  return chunk
    .toString()
    .split('\n')
    .filter(line => line.startsWith('{"level":"error"'))
    .flatMap(line => describe(line) ?? [])
}

function describe(line: string): string | undefined {
  try {
    const { event, err, reason } = JSON.parse(line) as {
      event?: string
      err?: { message?: string }
      reason?: string
    }
    return [event, err?.message ?? reason].filter(Boolean).join(': ')
  } catch {
    return undefined
  }
}
