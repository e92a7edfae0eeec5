import { readFileSync } from 'node:fs'

/** When a process began, as the kernel counts; undefined when there is none of this number. */
export function startTimeOf(pid: string): string | undefined {
  try {
    // The second field may hold blanks; what follows its bracket does not. Field 22 of proc(5).
    return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ')[19]
  } catch {
    return undefined
  }
}

/** Processes that this one started, the first one first. */
export function childrenOf(pid: number): number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
      .split(' ')
      .filter(Boolean)
      .map(Number)
  } catch {
    return []
  }
}

/** Signals a process, or with a negative number its group. One that is gone is no error. */
export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}
