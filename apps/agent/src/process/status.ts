import { statSync } from 'node:fs'
import { textIn } from './spec.ts'

/** What the sandbox tool tells of itself while it runs: see `--json-status-fd` of bwrap(1). */
export interface SandboxStatus {
  /** First process inside, as the node numbers it. */
  readonly childPid: number | undefined
  readonly exitCode: number | undefined
  /** When it told the last thing. */
  readonly at: Date
}

/** Undefined where nothing was ever started. */
export function readStatus(path: string): SandboxStatus | undefined {
  const text = textIn(path)
  if (text === undefined) return undefined
  const told = (field: string): number | undefined => {
    const value = new RegExp(`"${field}": (\\d+)`).exec(text)?.[1]
    return value === undefined ? undefined : Number(value)
  }
  return { childPid: told('child-pid'), exitCode: told('exit-code'), at: statSync(path).mtime }
}
