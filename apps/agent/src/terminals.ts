import { PassThrough } from 'node:stream'
import { TerminalControl, type TerminalNotice } from '@capstan/contract/terminal'
import type Docker from 'dockerode'
import type { WebSocket } from 'ws'

const keptBytes = 256 * 1024
const patienceMs = 10 * 60_000

export interface TerminalRequest {
  readonly terminalId: string
  readonly kernelId: string
  readonly containerId: string
  readonly command: string[] | null
  readonly tty: boolean
}

interface Terminal {
  readonly kernelId: string
  readonly exec: Docker.Exec
  readonly stream: NodeJS.ReadWriteStream & { end: () => void; destroy?: () => void }
  readonly kept: Buffer[]
  keptSize: number
  socket: WebSocket | null
  exitCode: number | null
  timer: NodeJS.Timeout | undefined
}

const loginShell = ['/bin/sh', '-c', 'exec "$(command -v bash || echo /bin/sh)" -l']

/** Terminals of this node's containers. One outlives the browser that looked at it for ten minutes. */
export class Terminals {
  readonly #docker: Docker
  readonly #open = new Map<string, Terminal>()
  constructor(docker: Docker) {
    this.#docker = docker
  }

  async attach(socket: WebSocket, request: TerminalRequest): Promise<void> {
    const notify = (notice: TerminalNotice): void => socket.send(JSON.stringify(notice))
    const key = `${request.kernelId}:${request.terminalId}`
    const known = this.#open.get(key)
    const terminal = known ?? (await this.#start(request))
    this.#open.set(key, terminal)
    terminal.socket?.close(4000, 'opened elsewhere')
    clearTimeout(terminal.timer)
    terminal.socket = socket
    notify({ type: 'ready', terminalId: request.terminalId, isResumed: known !== undefined })
    for (const frame of terminal.kept) socket.send(frame)
    if (terminal.exitCode !== null) {
      notify({ type: 'exit', exitCode: terminal.exitCode })
      socket.close(1000)
      this.#open.delete(key)
      return
    }
    if (!known) this.#carry(key, terminal, request.tty)
    socket.on('message', (data: Buffer, isBinary) => {
      if (isBinary) {
        if (!terminal.stream.write(data)) {
          socket.pause()
          terminal.stream.once('drain', () => socket.resume())
        }
        return
      }
      const control = TerminalControl.safeParse(safeJson(String(data)))
      if (!control.success) return
      if (control.data.type === 'eof') terminal.stream.end()
      else
        void terminal.exec.resize({ h: control.data.rows, w: control.data.columns }).catch(() => {})
    })
    socket.on('close', () => {
      if (terminal.socket !== socket) return
      terminal.socket = null
      terminal.timer = setTimeout(
        () => {
          terminal.stream.end()
          terminal.stream.destroy?.()
          this.#open.delete(key)
        },
        request.tty ? patienceMs : 1000,
      )
      terminal.timer.unref()
    })
  }

  async #start({ kernelId, containerId, command, tty }: TerminalRequest): Promise<Terminal> {
    const exec = await this.#docker.getContainer(containerId).exec({
      Cmd: command ?? loginShell,
      AttachStdin: true,
      AttachStdout: true,
      AttachStderr: true,
      Tty: tty,
      User: '1000:1000',
      WorkingDir: '/home/work',
      Env: tty ? ['TERM=xterm-256color', 'LANG=C.UTF-8'] : [],
    })
    const stream = await exec.start({
      hijack: true,
      stdin: true,
      Tty: tty,
    } as Docker.ExecStartOptions)
    return {
      kernelId,
      exec,
      stream,
      kept: [],
      keptSize: 0,
      socket: null,
      exitCode: null,
      timer: undefined,
    }
  }

  #carry(key: string, terminal: Terminal, tty: boolean): void {
    const pass =
      (channel: number) =>
      (data: Buffer): void => {
        const frame = Buffer.concat([Buffer.from([channel]), data])
        terminal.kept.push(frame)
        terminal.keptSize += frame.length
        while (terminal.keptSize > keptBytes) terminal.keptSize -= terminal.kept.shift()!.length
        const { socket } = terminal
        if (!socket) return
        socket.send(frame)
        if (socket.bufferedAmount > 1_000_000) {
          terminal.stream.pause()
          const wait = (): void => {
            if (socket.readyState !== 1 || socket.bufferedAmount < 200_000) terminal.stream.resume()
            else setTimeout(wait, 20)
          }
          wait()
        }
      }
    if (tty) terminal.stream.on('data', pass(1))
    else {
      const out = new PassThrough()
      const err = new PassThrough()
      out.on('data', pass(1))
      err.on('data', pass(2))
      this.#docker.modem.demuxStream(terminal.stream, out, err)
    }
    let hasEnded = false
    const end = async (): Promise<void> => {
      if (hasEnded) return
      hasEnded = true
      const { ExitCode } = await terminal.exec.inspect().catch(() => ({ ExitCode: -1 }))
      terminal.exitCode = ExitCode ?? -1
      const { socket } = terminal
      if (socket) {
        socket.send(
          JSON.stringify({ type: 'exit', exitCode: terminal.exitCode } satisfies TerminalNotice),
        )
        socket.close(1000)
        this.#open.delete(key)
      }
    }
    terminal.stream.on('end', () => void end())
    terminal.stream.on('close', () => void end())
    terminal.stream.on('error', () => void end())
  }
}

function safeJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
