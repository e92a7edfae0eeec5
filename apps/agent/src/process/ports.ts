import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect as connectSocket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Duplex } from 'node:stream'
import { fileURLToPath } from 'node:url'

const script = fileURLToPath(new URL('port-relay.ts', import.meta.url))

interface PortRelay {
  readonly child: ChildProcess
  readonly folder: string
  readonly socket: string
}

/** Ways into the networks of local sessions: one helper process each, started when somebody first asks. */
export class PortRelays {
  readonly #relays = new Map<string, Promise<PortRelay>>()

  async connect(id: string, sandboxPid: number, port: number): Promise<Duplex> {
    let relay = this.#relays.get(id)
    if (!relay) {
      relay = start(sandboxPid, () => this.#relays.delete(id))
      this.#relays.set(id, relay)
      relay.catch(() => this.#relays.delete(id))
    }
    return dial((await relay).socket, port)
  }

  async closeAll(): Promise<void> {
    await Promise.all([...this.#relays.keys()].map(id => this.close(id)))
  }

  async close(id: string): Promise<void> {
    const relay = this.#relays.get(id)
    this.#relays.delete(id)
    await relay?.then(({ child }) => child.kill('SIGTERM')).catch(() => {})
  }
}

/** Root enters the network alone and stays who it is; others have to enter the user namespace that it belongs to. */
async function start(sandboxPid: number, onExit: () => void): Promise<PortRelay> {
  const folder = mkdtempSync(join(tmpdir(), 'capstan-port-'))
  const socket = join(folder, 's')
  const user = process.getuid?.() === 0 ? [] : ['-U', '--preserve-credentials']
  const child = spawn(
    'nsenter',
    ['-t', String(sandboxPid), '-n', ...user, process.execPath, script, socket],
    {
      stdio: ['pipe', 'pipe', 'ignore'],
    },
  )
  child.once('exit', () => {
    rmSync(folder, { recursive: true, force: true })
    onExit()
  })
  await new Promise<void>((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', code =>
      reject(new Error(`the way into the session's network ended with ${code}`)),
    )
    child.stdout.once('data', () => resolve())
  })
  return { child, folder, socket }
}

function dial(path: string, port: number): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    const socket = connectSocket({ path, allowHalfOpen: true })
    const refuse = (): void => reject(new Error(`nobody listens on port ${port}`))
    socket.once('error', refuse)
    socket.once('close', refuse)
    socket.write(`${port}\n`)
    socket.once('data', (first: Buffer) => {
      socket.pause()
      socket.removeListener('error', refuse)
      socket.removeListener('close', refuse)
      if (first.length > 1) socket.unshift(first.subarray(1))
      resolve(socket)
    })
  })
}
