import { TerminalControl, type TerminalNotice } from '@capstan/contract/terminal'
import type { WebSocket } from 'ws'
import type { AttachedCommand, Driver } from './driver.ts'

/** What is kept of a terminal's last output for whoever comes back to it, in bytes. */
const keptBytes = 256 * 1024

/** How long a terminal waits for its reader to come back, in milliseconds. */
const patienceMs = 10 * 60_000

/** Bytes on their way to a browser beyond which the command is made to wait. */
const congestedBytes = 1024 * 1024

export interface TerminalRequest {
  readonly terminalId: string
  readonly kernelId: string
  readonly driver: Driver
  readonly containerId: string
  readonly command: readonly string[] | null
  readonly tty: boolean
}

interface Terminal {
  readonly command: AttachedCommand
  readonly kept: Buffer[]
  keptSize: number
  socket: WebSocket | undefined
  exitCode: number | undefined
  timer: NodeJS.Timeout | undefined
}

const loginShell = ['/bin/sh', '-c', 'exec "$(command -v bash || echo /bin/sh)" -l']

/** The terminals of this node's containers. Each outlives the browser that looks at it for a while. */
export class TerminalKeeper {
  /** Those that are being opened among them, so that two readers at once get one command. */
  readonly #terminals = new Map<string, Promise<Terminal>>()

  /** Shows a terminal on a socket: a new one, or the one of this id, with its last output first. */
  async show(socket: WebSocket, request: TerminalRequest): Promise<void> {
    // What it sends before somebody listens would be lost.
    socket.pause()
    const key = `${request.kernelId}/${request.terminalId}`
    const known = this.#terminals.get(key)
    const opening = known ?? this.#open(key, request)
    this.#terminals.set(key, opening)
    const terminal = await opening.catch((error: unknown) => {
      this.#terminals.delete(key)
      // Else it would not hear that the other side agrees to close.
      socket.resume()
      throw error
    })
    terminal.socket?.close(4000, 'opened elsewhere')
    clearTimeout(terminal.timer)
    terminal.socket = socket
    notify(socket, {
      type: 'ready',
      terminalId: request.terminalId,
      isResumed: known !== undefined,
    })
    for (const frame of terminal.kept) socket.send(frame)
    this.#listen(key, terminal, socket, request.tty)
    socket.resume()
    this.#tellExit(key, terminal)
  }

  async #open(
    key: string,
    { driver, containerId, command, tty }: TerminalRequest,
  ): Promise<Terminal> {
    const attached = await driver.attach(containerId, { command: command ?? loginShell, tty })
    const terminal: Terminal = {
      command: attached,
      kept: [],
      keptSize: 0,
      socket: undefined,
      exitCode: undefined,
      timer: undefined,
    }
    this.#carry(key, terminal)
    return terminal
  }

  #listen(key: string, terminal: Terminal, socket: WebSocket, tty: boolean): void {
    const { command } = terminal
    socket.on('message', (data: Buffer, isBinary) => {
      if (!isBinary) return control(command, String(data))
      if (command.write(data)) return
      socket.pause()
      command.onDrain(() => socket.resume())
    })
    const leave = (): void => {
      if (terminal.socket !== socket) return
      terminal.socket = undefined
      // A command without a terminal has nobody to come back to it.
      terminal.timer = setTimeout(() => this.#forget(key, terminal), tty ? patienceMs : 0)
      terminal.timer.unref()
    }
    socket.on('close', leave)
    // It may have gone while the terminal was being opened.
    if (socket.readyState === socket.CLOSED) leave()
  }

  #carry(key: string, terminal: Terminal): void {
    const { command } = terminal
    command.onOutput((channel, data) => {
      const frame = Buffer.concat([Buffer.from([channel]), data])
      terminal.kept.push(frame)
      terminal.keptSize += frame.length
      while (terminal.keptSize > keptBytes && terminal.kept.length > 1)
        terminal.keptSize -= terminal.kept.shift()!.length
      terminal.socket?.send(frame, () => resumeIfRelieved(terminal))
      if ((terminal.socket?.bufferedAmount ?? 0) > congestedBytes) command.pause()
    })
    void command.exited.then(exitCode => {
      terminal.exitCode = exitCode
      this.#tellExit(key, terminal)
    })
  }

  #tellExit(key: string, terminal: Terminal): void {
    const { socket, exitCode } = terminal
    if (!socket || exitCode === undefined) return
    notify(socket, { type: 'exit', exitCode })
    socket.close(1000)
    this.#forget(key, terminal)
  }

  #forget(key: string, terminal: Terminal): void {
    clearTimeout(terminal.timer)
    if (terminal.exitCode === undefined) terminal.command.kill()
    this.#terminals.delete(key)
  }
}

const notify = (socket: WebSocket, notice: TerminalNotice): void =>
  socket.send(JSON.stringify(notice))

function resumeIfRelieved({ socket, command }: Terminal): void {
  if ((socket?.bufferedAmount ?? 0) < congestedBytes / 2) command.resume()
}

/** What is not of the protocol is passed over. */
function control(command: AttachedCommand, text: string): void {
  const parsed = TerminalControl.safeParse(parseJson(text))
  if (!parsed.success) return
  if (parsed.data.type === 'eof') command.endInput()
  else command.resize(parsed.data.columns, parsed.data.rows)
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
