import { readFileSync } from 'node:fs'

/** Whether the process of a line of /proc lives: one of its number, begun at the same time. See proc(5). */
export function isAlive(line: string): boolean {
  const pid = line.split(' ')[0]!
  try {
    const now = fieldsOf(readFileSync(`/proc/${pid}/stat`, 'utf8'))
    return now.began === fieldsOf(line).began && !'ZX'.includes(now.state)
  } catch {
    return false
  }
}

/** The second field may hold blanks; what follows its bracket does not. */
function fieldsOf(line: string): { state: string; began: string } {
  const fields = line
    .slice(line.lastIndexOf(') ') + 2)
    .trimEnd()
    .split(' ')
  return { state: fields[0] ?? '', began: fields[19] ?? '' }
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
