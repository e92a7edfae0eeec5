import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { listen } from '@capstan/runtime/http'
import type { TestManager, TestUser } from './manager.ts'

const main = fileURLToPath(new URL('../../../apps/cli/src/main.ts', import.meta.url))

export interface Ran {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

export interface RunOptions {
  readonly as?: TestUser
  readonly env?: Readonly<Record<string, string>>
  readonly input?: string
  /** Gets the process once it runs. */
  readonly onStart?: (child: ChildProcess) => void
}

export interface CommandLine {
  readonly url: string
  /** Where the profile of `capstan login` goes, and what else a test writes. */
  readonly folder: string
  /** Runs the command as a user would, with the keypair of `as` in its environment. */
  readonly run: (args: readonly string[], options?: RunOptions) => Promise<Ran>
  /** Runs it at a terminal, where each question is answered once it stands there. Answers all that the terminal showed. */
  readonly converse: (
    args: readonly string[],
    as: TestUser,
    answers: readonly (readonly [question: string, answer: string])[],
  ) => Promise<{ readonly code: number | null; readonly shown: string }>
  readonly close: () => Promise<void>
}

/** The real command line, as processes of their own, against a manager under test. */
export async function openCommandLine(manager: TestManager): Promise<CommandLine> {
  const listening = await listen({ fetch: manager.http.fetch, host: '127.0.0.1', port: 0 })
  const folder = mkdtempSync(join(tmpdir(), 'capstan-cli-'))
  const environment = (
    as: TestUser | undefined,
    more: Readonly<Record<string, string>> = {},
  ): NodeJS.ProcessEnv => ({
    PATH: process.env['PATH'],
    XDG_CONFIG_HOME: folder,
    NODE_COMPILE_CACHE: join(tmpdir(), 'capstan-cli-cache'),
    ...(as && {
      CAPSTAN_ENDPOINT: listening.url,
      CAPSTAN_ACCESS_KEY: as.accessKey,
      CAPSTAN_SECRET_KEY: as.secretKey,
    }),
    ...more,
  })

  const run: CommandLine['run'] = async (args, { as, env, input = '', onStart } = {}) => {
    const child = spawn(process.execPath, [main, ...args], {
      env: environment(as, env),
      stdio: 'pipe',
    })
    const code = ended(child)
    onStart?.(child)
    // A command that reads nothing may have ended by then.
    child.stdin.on('error', () => {}).end(input)
    const [out, err] = await Promise.all([text(child.stdout), text(child.stderr)])
    return { code: await code, out, err }
  }

  const converse: CommandLine['converse'] = async (args, as, answers) => {
    const words = [process.execPath, main, ...args].map(
      word => `'${word.replaceAll("'", `'\\''`)}'`,
    )
    const child = spawn('script', ['-qefc', words.join(' '), '/dev/null'], {
      env: environment(as),
      stdio: 'pipe',
    })
    const code = ended(child)
    let shown = ''
    let read = 0
    const left = [...answers]
    child.stdout.setEncoding('utf8')
    for await (const chunk of child.stdout) {
      shown += String(chunk)
      const next = left[0]
      const at = next ? shown.indexOf(next[0], read) : -1
      if (!next || at < 0) continue
      read = at + next[0].length
      left.shift()
      child.stdin.write(`${next[1]}\r`)
    }
    return { code: await code, shown }
  }

  return {
    url: listening.url,
    folder,
    run,
    converse,
    close: async () => {
      await listening.close()
      rmSync(folder, { recursive: true })
    },
  }
}

const ended = (child: ChildProcess): Promise<number | null> =>
  new Promise(resolve => {
    child.once('close', resolve)
  })
