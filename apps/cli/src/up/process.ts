import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import * as z from 'zod'

/** A process that cannot be mistaken for a later one with the same number. */
export const ProcessMark = z.object({ pid: z.int().min(1), startedAt: z.string() })
export type ProcessMark = z.infer<typeof ProcessMark>

/** The mark of a living process; undefined when there is none of that number, or only its zombie. */
export function markOf(pid: number): ProcessMark | undefined {
  const startedAt = process.platform === 'linux' ? startOnLinux(pid) : startByPs(pid)
  return startedAt === undefined ? undefined : { pid, startedAt }
}

export const isAlive = (mark: ProcessMark): boolean =>
  markOf(mark.pid)?.startedAt === mark.startedAt

/** Fields of `/proc/PID/stat` from the state on (proc_pid_stat(5), field 3); empty when there is no such process. */
function statOf(pid: number): string[] {
  try {
    // The name, in parentheses, may itself hold blanks and parentheses: fields are counted after the last one.
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  } catch {
    return []
  }
}

/** The parent of a process; 0 where that cannot be told. */
export const parentOf = (pid: number): number => Number(statOf(pid)[1] ?? 0)

function startOnLinux(pid: number): string | undefined {
  const fields = statOf(pid)
  const state = fields[0]
  if (state === undefined || state === 'Z' || state === 'X') return undefined
  return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()}:${fields[19]}`
}

function startByPs(pid: number): string | undefined {
  const { status, stdout } = spawnSync('ps', ['-o', 'state=,lstart=', '-p', String(pid)], {
    encoding: 'utf8',
  })
  const line = stdout.trim()
  return status !== 0 || line === '' || line.startsWith('Z')
    ? undefined
    : line.replace(/^\S+\s+/, '')
}

/** Sends a signal to a process, if it is still the one meant. */
export function signalProcess(mark: ProcessMark, signal: NodeJS.Signals): void {
  if (!isAlive(mark)) return
  try {
    process.kill(mark.pid, signal)
  } catch {
    // It ended between the look and the signal.
  }
}

/** Waits until none of the processes lives, at most `mostMs`; answers those that still do. */
export async function waitForEnd(
  marks: readonly ProcessMark[],
  mostMs: number,
): Promise<ProcessMark[]> {
  const end = performance.now() + mostMs
  for (;;) {
    const living = marks.filter(isAlive)
    if (living.length === 0 || performance.now() > end) return living
    await sleep(25)
  }
}
