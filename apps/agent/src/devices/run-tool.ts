import { execFile } from 'node:child_process'

/** What a tool printed, and how it ended. */
export interface Printed {
  readonly stdout: string
  readonly stderr: string
  readonly exitCode: number
}

export class ToolMissing extends Error {}
export class ToolHangs extends Error {}

/** A tool that is stuck in the kernel cannot even be killed: what it would say is not waited for any longer. Milliseconds. */
const afterKillMs = 500

/** How long a tool may take, what it is told, and what it finds in its environment beside ours. */
export interface ToolOptions {
  readonly timeoutMs: number
  readonly input?: string
  readonly env?: Readonly<Record<string, string>>
}

/** Runs a tool of the node. Throws ToolMissing where there is none, ToolHangs when it takes too long; failures are for the caller. */
export function runTool(
  command: string,
  given: readonly string[],
  { timeoutMs, input = '', env = {} }: ToolOptions,
): Promise<Printed> {
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => {
      reject(new ToolHangs(`${command} does not answer within ${timeoutMs / 1000} s`))
    }, timeoutMs + afterKillMs)
    const child = execFile(
      command,
      given,
      { timeout: timeoutMs, killSignal: 'SIGKILL', env: { ...process.env, LC_ALL: 'C', ...env } },
      (error, stdout, stderr) => {
        clearTimeout(late)
        if (error?.code === 'ENOENT') reject(new ToolMissing(`${command} is not installed`))
        else if (error?.killed)
          reject(new ToolHangs(`${command} does not answer within ${timeoutMs / 1000} s`))
        else
          resolve({
            stdout,
            stderr,
            exitCode: typeof error?.code === 'number' ? error.code : error ? 1 : 0,
          })
      },
    )
    child.stdin?.on('error', () => {})
    child.stdin?.end(input)
  })
}
