import type Docker from 'dockerode'
import type { AttachedCommand, CommandSpec } from '../driver.ts'
import { workUser } from './container-options.ts'
import { createDemultiplexer } from './output.ts'

const place = { User: workUser, WorkingDir: '/home/work' }

/** Runs a command inside to its end; throws when it fails, with what it said. */
export async function runCommand(
  docker: Docker,
  containerId: string,
  command: readonly string[],
): Promise<string> {
  const attached = await attachCommand(docker, containerId, { command, tty: false })
  const output: Buffer[] = []
  const errors: Buffer[] = []
  attached.onOutput((channel, data) => (channel === 1 ? output : errors).push(data))
  attached.endInput()
  const exitCode = await attached.exited
  if (exitCode !== 0)
    throw new Error(
      `${command[0]} ended with ${exitCode}: ${Buffer.concat(errors).toString().slice(0, 500)}`,
    )
  return Buffer.concat(output).toString()
}

/** Starts a command that goes on by itself. */
export async function launchCommand(
  docker: Docker,
  containerId: string,
  command: readonly string[],
  { env, logPath }: { env: Record<string, string>; logPath: string },
): Promise<void> {
  const created = await docker.getContainer(containerId).exec({
    ...place,
    Cmd: ['/bin/sh', '-c', 'log=$1; shift; exec "$@" >"$log" 2>&1', 'sh', logPath, ...command],
    Env: Object.entries(env).map(([name, value]) => `${name}=${value}`),
  })
  await created.start({ Detach: true })
}

/** A socket that the engine handed over. */
type Hijacked = NodeJS.ReadWriteStream & { destroy: () => void }

/** Runs a command inside with its input and output in our hands. */
export async function attachCommand(
  docker: Docker,
  containerId: string,
  { command, tty }: CommandSpec,
): Promise<AttachedCommand> {
  const exec = await docker.getContainer(containerId).exec({
    ...place,
    Cmd: [...command],
    AttachStdin: true,
    AttachStdout: true,
    AttachStderr: true,
    Tty: tty,
    Env: tty ? ['TERM=xterm-256color'] : [],
  })
  const options = { hijack: true, stdin: true, Tty: tty }
  // With `hijack` dockerode answers the socket itself, which its types do not tell (docker-driver.host.test.ts drives it).
  const stream = (await exec.start(options)) as unknown as Hijacked
  const listeners: ((channel: 1 | 2, data: Buffer) => void)[] = []
  const early: [1 | 2, Buffer][] = []
  const pass = (channel: 1 | 2) => (data: Buffer) => {
    if (listeners.length === 0) early.push([channel, data])
    for (const listener of listeners) listener(channel, data)
  }
  stream.on('data', tty ? pass(1) : createDemultiplexer((channel, data) => pass(channel)(data)))
  return {
    onOutput: listener => {
      for (const [channel, data] of early.splice(0)) listener(channel, data)
      listeners.push(listener)
    },
    write: data => stream.write(data),
    onDrain: listener => stream.once('drain', listener),
    // A terminal's input ends with a character; closing it would take the output along.
    endInput: () => (tty ? void stream.write('\u0004') : void stream.end()),
    resize: (columns, rows) => void exec.resize({ w: columns, h: rows }).catch(() => {}),
    pause: () => stream.pause(),
    resume: () => stream.resume(),
    kill: () => stream.destroy(),
    exited: exitOf(exec, stream),
  }
}

/** The exit code, once all output has come. The engine may say "still running" for a moment after the stream's end. */
async function exitOf(exec: Docker.Exec, stream: Hijacked): Promise<number> {
  await new Promise<void>(resolve => {
    stream.once('end', resolve)
    stream.once('close', resolve)
    stream.once('error', () => resolve())
  })
  for (let attempt = 0; attempt < 50; attempt++) {
    const { Running, ExitCode } = await exec
      .inspect()
      .catch(() => ({ Running: false, ExitCode: -1 }))
    if (!Running && ExitCode !== null) return ExitCode
    await new Promise(resolve => setTimeout(resolve, 20))
  }
  return -1
}
