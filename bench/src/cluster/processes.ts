import { readdirSync, readFileSync } from 'node:fs'

const ticksPerS = 100

const fieldsOf = (pid: number): string[] => {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return text.slice(text.lastIndexOf(') ') + 2).split(' ')
  } catch {
    return []
  }
}

/** CPU time of a process and of its children, those that have ended included. Seconds. See proc(5). */
export function cpuSeconds(pid: number): number {
  const children = readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .map(Number)
    .filter(other => fieldsOf(other)[1] === String(pid))
  const own = fieldsOf(pid)
  const used = [
    own[11],
    own[12],
    own[13],
    own[14],
    ...children.flatMap(child => fieldsOf(child).slice(11, 13)),
  ]
  return used.reduce((sum, ticks) => sum + Number(ticks ?? 0), 0) / ticksPerS
}

export const memoryMib = (pid: number): number =>
  Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024
