import { sessionApi } from '@capstan/contract/session'
import { type TerminalControl, TerminalNotice } from '@capstan/contract/terminal'
import { type RawData, WebSocket } from 'ws'
import { openApi } from '../api.ts'
import { say } from '../output.ts'
import { sessionId } from './find.ts'

export interface ExecOptions {
  /** `--no-tty`: plain streams also at a terminal. */
  readonly tty: boolean
  readonly terminal?: string
}

/** `session exec`: a shell, or a command whose exit code becomes ours, over the terminal's WebSocket. */
export async function execInSession(
  name: string,
  command: readonly string[],
  options: ExecOptions,
): Promise<void> {
  const { call } = openApi()
  const id = await sessionId(call, name)
  // Undefined where it is none, whatever the types say; left out of a request it would mean yes.
  const tty = options.tty && [process.stdin, process.stdout].every(stream => stream.isTTY)
  const { url, terminalId } = await call(sessionApi.openTerminal, {
    id,
    tty,
    ...(command.length > 0 && { command: [...command] }),
    ...(options.terminal !== undefined && { terminalId: options.terminal }),
  })
  const outcome = await converse(new WebSocket(url), tty)
  if (outcome.kind === 'exit') {
    process.exitCode = outcome.exitCode
    return
  }
  if (tty && outcome.kind === 'lost')
    say(`To come back to this terminal: capstan session exec ${name} --terminal ${terminalId}`)
  throw new Error(outcome.message)
}

type Outcome =
  | { readonly kind: 'exit'; readonly exitCode: number }
  | { readonly kind: 'error' | 'lost'; readonly message: string }

/** A file piped in is read as fast as the session takes it. */
const mostUnsentBytes = 1024 * 1024

/** Joins the socket to our standard streams until the other end says how it ended. */
async function converse(socket: WebSocket, tty: boolean): Promise<Outcome> {
  const ended = Promise.withResolvers<Outcome>()
  const control = (message: TerminalControl): void => socket.send(JSON.stringify(message))
  const resize = (): void => {
    const { columns, rows } = process.stdout
    if (columns > 0 && rows > 0) control({ type: 'resize', columns, rows })
  }
  const input = (chunk: Buffer): void => {
    socket.send(chunk, error => {
      if (!error) process.stdin.resume()
    })
    if (socket.bufferedAmount > mostUnsentBytes) process.stdin.pause()
  }
  const eof = (): void => control({ type: 'eof' })

  socket.on('open', () => {
    if (tty) {
      process.stdin.setRawMode(true)
      process.stdout.on('resize', resize)
      resize()
    } else process.stdin.once('end', eof)
    process.stdin.on('data', input).resume()
  })
  socket.on('message', (data, isBinary) => {
    if (isBinary) return write(socket, bytesOf(data))
    const notice = TerminalNotice.safeParse(JSON.parse(bytesOf(data).toString()))
    if (!notice.success || notice.data.type === 'ready') return
    ended.resolve(
      notice.data.type === 'exit'
        ? { kind: 'exit', exitCode: notice.data.exitCode }
        : { kind: 'error', message: notice.data.message },
    )
  })
  socket.on('error', error => ended.resolve({ kind: 'lost', message: error.message }))
  socket.on('close', (code, reason) =>
    ended.resolve({
      kind: 'lost',
      message: `the connection was lost (${code}${reason.length > 0 ? ` ${reason.toString()}` : ''})`,
    }),
  )

  const outcome = await ended.promise
  process.stdin.removeListener('data', input).removeListener('end', eof).pause()
  process.stdout.removeListener('resize', resize)
  if (tty) process.stdin.setRawMode(false)
  socket.terminate()
  return outcome
}

/** The first byte says which stream. A slow reader of ours holds the sender up, instead of filling our memory. */
function write(socket: WebSocket, frame: Buffer): void {
  const stream = frame[0] === 2 ? process.stderr : process.stdout
  if (stream.write(frame.subarray(1))) return
  socket.pause()
  stream.once('drain', () => socket.resume())
}

function bytesOf(data: RawData): Buffer {
  if (Buffer.isBuffer(data)) return data
  return Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data)
}
