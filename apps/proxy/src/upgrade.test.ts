import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { until } from '@capstan/testkit/system'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { label, readyRoute, responseTo, setStage, type Stage } from '../test/stage.ts'

let stage: Stage
beforeEach(async () => {
  stage = await setStage()
})
afterEach(() => stage.stop())

/** A WebSocket to the application, as its page opens one. */
const openSocket = (headers: Record<string, string> = {}): WebSocket =>
  new WebSocket(`ws://127.0.0.1:${stage.port}/socket?x=1`, {
    headers: { host: stage.host, cookie: `a=1; ${stage.cookie}`, ...headers },
  })

const openTerminal = (ticket: string, headers: Record<string, string> = {}): WebSocket =>
  new WebSocket(`${stage.address.replace('http', 'ws')}/terminal?ticket=${ticket}`, { headers })

/** The status that a WebSocket was refused with. */
const refusal = async (socket: WebSocket): Promise<number | undefined> => {
  const [sent, answer] = (await once(socket, 'unexpected-response')) as [
    { destroy: () => void },
    { statusCode?: number },
  ]
  sent.destroy()
  return answer.statusCode
}

function echo(): { headers: NodeJS.Dict<string | string[]>[] } {
  const seen = { headers: [] as NodeJS.Dict<string | string[]>[] }
  const server = new WebSocketServer({ server: stage.app, maxPayload: 2 ** 27 })
  server.on('connection', (socket, request) => {
    seen.headers.push({ ...request.headers, url: request.url })
    socket.on('message', (bytes, isBinary) => socket.send(bytes, { binary: isBinary }))
  })
  return seen
}

test('SES-04 a WebSocket reaches the application, and messages small and large come back', async () => {
  const seen = echo()
  const socket = openSocket({ origin: `http://${stage.host}` })
  await once(socket, 'open')
  for (const message of ['hello', 'x'.repeat(10 * 2 ** 20)]) {
    socket.send(message)
    const [bytes] = (await once(socket, 'message')) as [Buffer]
    expect(bytes.toString() === message).toBe(true)
  }
  expect(seen.headers[0]).toMatchObject({ host: stage.host, cookie: 'a=1', url: '/socket?x=1' })
  socket.close(4001, 'done')
  expect((await once(socket, 'close'))[0]).toBe(4001)
  await until('its tunnel is closed', () => stage.relay.tunnels.size === 0, { patienceMs: 5000 })
})

test.for([
  ['a page of another site', 403, { origin: 'https://evil.example' }],
  ['another application’s page', 403, { origin: 'http://other.apps.localhost' }],
  ['nobody who was let in', 401, { cookie: 'a=1' }],
  ['one let in elsewhere', 401, { host: 'other-0123456789ab.apps.localhost' }],
] as const)('a WebSocket of %s is refused', async ([, status, headers]) => {
  echo()
  expect(await refusal(openSocket(headers))).toBe(status)
  expect(stage.relay.opened).toBe(0)
})

test('a WebSocket to an application that is starting is told to come again', async () => {
  const route = stage.manager.routes.get('grant-1')!
  stage.manager.routes.set('grant-1', { ...route, status: 'starting', message: '' })
  expect(await refusal(openSocket())).toBe(503)
})

test('SES-04 any other protocol that takes a connection over passes as it is', async () => {
  stage.app.on('upgrade', (request, socket: Duplex, head) => {
    socket.write('HTTP/1.1 101 Fine\r\nConnection: Upgrade\r\nUpgrade: shout\r\n\r\nWELCOME ')
    socket.write(head.toString().toUpperCase())
    socket.on('data', (bytes: Buffer) => socket.write(bytes.toString().toUpperCase()))
    expect(request.headers.upgrade).toBe('shout')
  })
  const socket = upgradeTo('shout', 'early ')
  await heard(socket, /101 Fine[^]*WELCOME EARLY $/)
  socket.write('late')
  await heard(socket, /LATE$/)
  socket.destroy()
})

/** Asks for a protocol over a plain socket; `extra` follows at once. */
function upgradeTo(protocol: string, extra = ''): Socket {
  const socket = connect(stage.port, '127.0.0.1')
  socket.write(
    `GET / HTTP/1.1\r\nHost: ${stage.host}\r\nCookie: ${stage.cookie}\r\nConnection: Upgrade\r\nUpgrade: ${protocol}\r\n\r\n${extra}`,
  )
  return socket
}

async function heard(socket: Socket, pattern: RegExp): Promise<void> {
  let text = ''
  for (;;) {
    const [bytes] = (await once(socket, 'data')) as [Buffer]
    text += bytes.toString()
    if (pattern.test(text)) return
  }
}

test('a browser that goes away while the manager is asked leaves no connection behind', async () => {
  echo()
  const held = Promise.withResolvers<void>()
  stage.manager.hold = held.promise
  const socket = upgradeTo('websocket')
  await until('the manager is asked', () => stage.manager.calls.resolve === 1, {
    patienceMs: 5000,
  })
  socket.resetAndDestroy()
  // What was closed before this asks is known to be closed when it is answered.
  await fetch(`${stage.address}/healthz`)
  held.resolve()
  const other = openSocket()
  await once(other, 'open')
  expect(stage.relay.tunnels.size).toBe(1)
  other.close()
})

test('an application that declines answers for itself, and gets nothing more of that connection', async () => {
  const paths: (string | undefined)[] = []
  stage.app.on('upgrade', (request, socket: Duplex) => {
    paths.push(request.url)
    socket.on('data', () => paths.push('more'))
    socket.write('HTTP/1.1 426 Not this\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nno\r\n0\r\n\r\n')
  })
  const socket = upgradeTo('shout')
  await heard(socket, /^HTTP\/1\.1 426 Not this\r\n[^]*connection: close\r\n\r\nno$/)
  socket.write(`GET /secret HTTP/1.1\r\nHost: ${stage.host}\r\nCookie: ${stage.cookie}\r\n\r\n`)
  socket.resume()
  await once(socket, 'close')
  expect(paths).toEqual(['/'])
})

test('HTTP/2 in clear is passed over: the request is served as usual', async () => {
  stage.app.on('request', (_, response) => response.end('as usual'))
  const headers = { connection: 'Upgrade, HTTP2-Settings', upgrade: 'h2c', 'http2-settings': '' }
  expect(await stage.fetch({ headers })).toMatchObject({ status: 200, body: 'as usual' })
})

test('the last words of an application reach a browser that reads slowly', async () => {
  const size = 8 * 2 ** 20
  stage.app.on('upgrade', (_, socket: Duplex) => {
    socket.write('HTTP/1.1 101 Fine\r\nConnection: Upgrade\r\nUpgrade: shout\r\n\r\n')
    socket.end(Buffer.alloc(size, 97))
  })
  const socket = upgradeTo('shout')
  const [first] = (await once(socket, 'data')) as [Buffer]
  socket.pause()
  let read = first.length - (first.indexOf('\r\n\r\n') + 4)
  await until('the application has said all', () => stage.relay.tunnels.size <= 1, {
    patienceMs: 5000,
  })
  for await (const piece of socket) read += (piece as Buffer).length
  expect(read).toBe(size)
})

test('SES-04 a terminal’s ticket leads to the relay of its agent, and bytes pass both ways', async () => {
  const route = readyRoute(stage.relay.url, 1)
  stage.manager.routes.set('ticket-t', { ...route, hostLabel: '', protocol: 'terminal' })
  const socket = openTerminal('ticket-t', { cookie: 'capstan_session=secret' })
  await once(socket, 'open')
  socket.send(Buffer.from([1, 2, 3]))
  expect((await once(socket, 'message'))[0]).toEqual(Buffer.from([1, 2, 3]))
  expect(stage.relay.terminals[0]).not.toHaveProperty('cookie')
  socket.close()
  await once(socket, 'close')
})

test('a terminal needs a ticket for a terminal that is there', async () => {
  const gone = { hostLabel: '', sessionName: '', app: 'terminal', message: '', cacheMs: 0 }
  stage.manager.routes.set('ended', { ...gone, status: 'gone' })
  expect(await refusal(openTerminal('false'))).toBe(401)
  expect(await refusal(openTerminal('grant-1'))).toBe(410)
  expect(await refusal(openTerminal('ended'))).toBe(410)
  expect(stage.relay.terminals).toEqual([])
})

test('the proxy’s own address takes no other connection over', async () => {
  const socket = new WebSocket(`${stage.address.replace('http', 'ws')}/elsewhere`)
  expect(await refusal(socket)).toBe(404)
})

test('the proxy stops with WebSockets open', async () => {
  const open = await setStage()
  const server = new WebSocketServer({ server: open.app })
  const socket = new WebSocket(`ws://127.0.0.1:${open.port}/`, {
    headers: { host: open.host, cookie: open.cookie },
  })
  await once(socket, 'open')
  const closed = once(socket, 'close')
  await open.stop()
  expect((await closed)[0]).toBe(1006)
  server.close()
})

test('an application’s host is told from the proxy’s own, which answers for its health', async () => {
  stage.app.on('request', (_, response) => response.end('application'))
  expect((await stage.fetch({ path: '/healthz' })).body).toBe('application')
  const own = async (path: string): Promise<string> => (await fetch(stage.address + path)).text()
  expect(await own('/healthz')).toContain('ok')
  expect(await own('/readyz')).toContain('ready')
  const metrics = await own('/metrics')
  expect(metrics).toMatch(/^capstan_proxy_requests_total\{status="200"\} \d+$/m)
  expect(metrics).toMatch(/^capstan_proxy_tunnels_open \d+$/m)
  expect(metrics).toMatch(/^capstan_proxy_bytes_total\{direction="received"\} [1-9]\d*$/m)
  const sent = stage.request({ headers: { host: `${label}.elsewhere` }, path: '/nothing' })
  sent.end()
  expect((await responseTo(sent)).statusCode).toBe(404)
})
