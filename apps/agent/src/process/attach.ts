import { spawn } from 'node:child_process'
import type { AttachedCommand } from '../driver.ts'

interface AttachOptions {
  readonly words: readonly string[]
  readonly env: Record<string, string>
  readonly tty: boolean
}

/** Runs a command with its input and output in our hands; with a terminal, through a pseudo-terminal of the node's. */
export async function attachProcess(options: AttachOptions): Promise<AttachedCommand> {
  return options.tty ? attachTerminal(options) : attachPipes(options)
}

async function attachTerminal({
  words: [file = '', ...args],
  env,
}: AttachOptions): Promise<AttachedCommand> {
  const { spawn: spawnTerminal } = await import('@lydell/node-pty')
  const terminal = spawnTerminal(file, args, {
    name: 'xterm-256color',
    cols: 80,
    rows: 24,
    cwd: '/',
    env: { ...env, TERM: 'xterm-256color' },
    encoding: null,
  })
  return {
    // With encoding null it hands over bytes, whatever its types say.
    onOutput: listener => void terminal.onData(data => listener(1, Buffer.from(data))),
    write: data => {
      terminal.write(data.toString('utf8'))
      return true
    },
    onDrain: () => {},
    endInput: () => terminal.write('\u0004'),
    resize: (columns, rows) => terminal.resize(columns, rows),
    pause: () => terminal.pause(),
    resume: () => terminal.resume(),
    kill: () => terminal.kill('SIGHUP'),
    exited: new Promise(resolve => {
      terminal.onExit(({ exitCode, signal }) => resolve(signal ? 128 + signal : exitCode))
    }),
  }
}

function attachPipes({ words: [file = '', ...args], env }: AttachOptions): AttachedCommand {
  const child = spawn(file, args, { env, cwd: '/', stdio: ['pipe', 'pipe', 'pipe'] })
  child.stdin.on('error', () => {})
  return {
    onOutput: listener => {
      child.stdout.on('data', (data: Buffer) => listener(1, data))
      child.stderr.on('data', (data: Buffer) => listener(2, data))
    },
    write: data => child.stdin.write(data),
    onDrain: listener => child.stdin.once('drain', listener),
    endInput: () => child.stdin.end(),
    resize: () => {},
    pause: () => {
      child.stdout.pause()
      child.stderr.pause()
    },
    resume: () => {
      child.stdout.resume()
      child.stderr.resume()
    },
    kill: () => child.kill('SIGHUP'),
    exited: new Promise(resolve => {
      child.once('error', () => resolve(127))
      child.once('close', (code, signal) => resolve(code ?? (signal === null ? 1 : 128 + 9)))
    }),
  }
}
