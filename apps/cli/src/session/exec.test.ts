import { spawn } from 'node:child_process'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { type TerminalNotice, TerminalControl } from '@capstan/contract/terminal'
import { afterEach, expect, test } from 'vitest'
import { type WebSocket, WebSocketServer } from 'ws'

const main = fileURLToPath(new URL('../main.ts', import.meta.url))
const id = '01a209f5-b22f-78f2-b258-228d5423c0be'

let server: Server | undefined
afterEach(() => {
  server?.closeAllConnections()
  server?.close()
})

/** Answers the request for a terminal with an address of its own, where `serve` plays the session. */
async function startFake(serve: (socket: WebSocket) => void): Promise<string> {
  const http = createServer((_, response) => {
    const { port } = http.address() as AddressInfo
    const url = `ws://127.0.0.1:${port}/terminal`
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify({ url, terminalId: id, expiresAt: new Date().toISOString() }))
  })
  new WebSocketServer({ server: http }).on('connection', serve)
  await new Promise<void>(resolve => {
    http.listen(0, '127.0.0.1', resolve)
  })
  server = http
  // The address of a listening TCP server is an AddressInfo, never a string.
  return `http://127.0.0.1:${(http.address() as AddressInfo).port}`
}

const output = (stream: 1 | 2, words: string): Buffer =>
  Buffer.concat([Buffer.from([stream]), Buffer.from(words)])
const notice = (message: TerminalNotice): string => JSON.stringify(message)

async function exec(endpoint: string, input: string) {
  const child = spawn(process.execPath, [main, 'session', 'exec', id, '--', 'cat'], {
    env: { CAPSTAN_ENDPOINT: endpoint, CAPSTAN_ACCESS_KEY: 'AKIA', CAPSTAN_SECRET_KEY: 's' },
    stdio: 'pipe',
  })
  child.stdin.end(input)
  const code = new Promise(resolve => {
    child.once('close', resolve)
  })
  const [out, err] = await Promise.all([text(child.stdout), text(child.stderr)])
  return { code: await code, out, err }
}

test('SES-04 a command gets our input to its end, we get both of its streams, and its exit code is ours', async () => {
  const endpoint = await startFake(socket => {
    const got: Buffer[] = []
    socket.send(notice({ type: 'ready', terminalId: id, isResumed: false }))
    socket.on('message', (data, isBinary) => {
      const bytes = data as Buffer
      if (isBinary) {
        got.push(bytes)
        return
      }
      if (TerminalControl.parse(JSON.parse(bytes.toString())).type !== 'eof') return
      socket.send(output(1, Buffer.concat(got).toString()))
      socket.send(output(2, 'and a word of warning\n'))
      socket.send(notice({ type: 'exit', exitCode: 42 }))
    })
  })
  const long = 'ünd so weiter\n'.repeat(20_000)
  expect(await exec(endpoint, long)).toEqual({
    code: 42,
    out: long,
    err: 'and a word of warning\n',
  })
})

test('SES-04 a terminal that the other side cannot give is told in its words', async () => {
  const endpoint = await startFake(socket => {
    socket.send(notice({ type: 'error', message: 'there is no such program' }))
  })
  expect(await exec(endpoint, '')).toEqual({
    code: 1,
    out: '',
    err: 'capstan: there is no such program\n',
  })
})

test('SES-04 a connection that breaks is told, and is no success', async () => {
  const endpoint = await startFake(socket => socket.terminate())
  const { code, err } = await exec(endpoint, '')
  expect(code).toBe(1)
  expect(err).toContain('the connection was lost')
})
