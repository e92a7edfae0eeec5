import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { connect } from 'node:net'
import { until } from '@capstan/testkit/system'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { answerOf, bodyOf, responseTo, setStage, type Stage } from '../test/stage.ts'

const mib = 2 ** 20
const manyBytes = 200 * mib

let stage: Stage
beforeEach(async () => {
  stage = await setStage()
})
afterEach(() => stage.stop())

const serveApp = (handler: (request: IncomingMessage, response: ServerResponse) => void): void =>
  void stage.app.on('request', handler)

/** The next request that the application gets. */
const nextRequest = async (): Promise<[IncomingMessage, ServerResponse]> =>
  (await once(stage.app, 'request')) as [IncomingMessage, ServerResponse]

/** Waits until a number has stopped growing. */
async function settled(count: () => number): Promise<void> {
  let last = -1
  let same = 0
  await until(
    'nothing moves any more',
    () => {
      same = count() === last ? same + 1 : 0
      last = count()
      return last > 0 && same >= 10
    },
    { patienceMs: 10_000, everyMs: 20 },
  )
}

test('SES-04 an application sees the browser’s host and its own cookies, and not the grant', async () => {
  serveApp((request, response) => response.end(JSON.stringify(request.headers)))
  const { status, body } = await stage.fetch({
    path: '/tree?a=b',
    headers: {
      cookie: `theme=dark; ${stage.cookie}; _xsrf=2|x`,
      connection: 'keep-alive, x-hop',
      'x-hop': '1',
      'x-forwarded-for': '203.0.113.9',
      'x-forwarded-proto': 'gopher',
    },
  })
  expect(status).toBe(200)
  const seen = JSON.parse(body) as Record<string, string>
  expect(seen).toMatchObject({
    host: stage.host,
    cookie: 'theme=dark; _xsrf=2|x',
    'x-forwarded-host': stage.host,
    'x-forwarded-proto': 'http',
    'x-forwarded-for': '203.0.113.9, 127.0.0.1',
  })
  expect(seen).not.toHaveProperty('x-hop')
})

test('SES-04 an application’s cookies stay on its host, and never replace the grant', async () => {
  serveApp((_, response) => {
    response.setHeader('set-cookie', [
      'a=1; Domain=apps.localhost; Path=/',
      'capstan_app=stolen; Path=/',
      'b=2; HttpOnly',
    ])
    response.setHeader('location', '/elsewhere')
    response.writeHead(302, { 'keep-alive': 'timeout=7', 'x-kept': 'yes' })
    response.end()
  })
  const { status, headers } = await stage.fetch()
  expect(status).toBe(302)
  expect(headers['set-cookie']).toEqual(['a=1; Path=/', 'b=2; HttpOnly'])
  expect(headers).toMatchObject({ location: '/elsewhere', 'x-kept': 'yes' })
  expect(headers['keep-alive']).not.toBe('timeout=7')
})

test('SES-04 a download of 200 MB waits for a browser that does not read, and arrives whole', async () => {
  let written = 0
  serveApp((_, response) => {
    const piece = Buffer.alloc(mib, 7)
    const more = (): void => {
      while (written < manyBytes) {
        written += piece.length
        if (!response.write(piece)) return void response.once('drain', more)
      }
      response.end()
    }
    more()
  })
  const sent = stage.request({ path: '/big' })
  sent.end()
  const answer = await responseTo(sent)
  answer.pause()
  await settled(() => written)
  expect(written).toBeLessThan(60 * mib)
  let read = 0
  for await (const piece of answer) read += (piece as Buffer).length
  expect(read).toBe(manyBytes)
})

test('SES-04 an upload of 200 MB waits for an application that does not read, and arrives whole', async () => {
  const sent = stage.request({ method: 'POST', path: '/upload' })
  const arriving = nextRequest()
  let written = 0
  const piece = Buffer.alloc(mib, 7)
  const more = (): void => {
    while (written < manyBytes) {
      written += piece.length
      if (!sent.write(piece)) return void sent.once('drain', more)
    }
    sent.end()
  }
  more()
  const [request, response] = await arriving
  await settled(() => written)
  expect(written).toBeLessThan(60 * mib)
  let read = 0
  for await (const part of request) read += (part as Buffer).length
  response.end(String(read))
  expect((await answerOf(sent)).body).toBe(String(manyBytes))
})

test('SES-04 events arrive as they are sent, and a head before its body', async () => {
  const asked = nextRequest()
  const sent = stage.request({ headers: { accept: 'text/event-stream' } })
  sent.end()
  const [, response] = await asked
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  response.flushHeaders()
  const answer = await responseTo(sent)
  expect(answer.headers['content-type']).toBe('text/event-stream')
  for (const event of ['data: 1\n\n', 'data: 2\n\n']) {
    response.write(event)
    expect(String((await once(answer, 'data'))[0])).toBe(event)
  }
  response.end()
  await once(answer, 'end')
})

test('trailers pass both ways', async () => {
  serveApp((request, response) => {
    void bodyOf(request).then(body => {
      response.writeHead(200, { trailer: 'x-sum' })
      response.write(body)
      response.addTrailers({ 'x-sum': request.trailers['x-end'] ?? 'none' })
      response.end()
    })
  })
  const sent = stage.request({ method: 'PUT', headers: { trailer: 'x-end' } })
  sent.write('one ')
  sent.addTrailers({ 'x-end': 'done' })
  sent.end('two')
  const { body, trailers } = await answerOf(sent)
  expect(body).toBe('one two')
  expect(trailers).toEqual({ 'x-sum': 'done' })
})

test.for([
  ['HEAD', 200, { 'content-length': '42' }],
  ['GET', 204, {}],
  ['GET', 304, { etag: '"x"' }],
] as const)('%s answered with %d has no body, and its headers', async ([method, code, headers]) => {
  serveApp((_, response) => response.writeHead(code, headers).end())
  const { status, body, headers: got } = await stage.fetch({ method })
  expect([status, body]).toEqual([code, ''])
  expect(got).toMatchObject(headers)
})

test('a GET may have a body', async () => {
  serveApp((request, response) => void bodyOf(request).then(body => response.end(body)))
  const sent = stage.request({ method: 'GET', headers: { 'content-length': '5' } })
  sent.end('query')
  expect((await answerOf(sent)).body).toBe('query')
})

test('a client that asks first is told by the application whether to send', async () => {
  const asked: (() => void)[] = []
  stage.app.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
    if (request.url === '/no') return void response.writeHead(413, { connection: 'close' }).end()
    asked.push(() => response.writeContinue())
    return void bodyOf(request).then(body => response.end(body))
  })
  const options = { method: 'POST', headers: { expect: '100-continue', 'content-length': '4' } }
  const sent = stage.request({ ...options, path: '/yes' })
  let isTold = false
  sent.once('continue', () => {
    isTold = true
    sent.end('body')
  })
  await until('the application was asked', () => asked.length === 1, { patienceMs: 5000 })
  expect(isTold).toBe(false)
  asked[0]?.()
  expect((await answerOf(sent)).body).toBe('body')

  const refused = stage.request({ ...options, path: '/no' })
  refused.flushHeaders()
  const answer = await responseTo(refused)
  expect(answer.statusCode).toBe(413)
  refused.destroy()
})

test('a browser that goes away ends the request in the application too', async () => {
  const asked = nextRequest()
  const sent = stage.request()
  sent.on('error', () => {})
  sent.end()
  const [, response] = await asked
  const gone = once(response, 'close')
  sent.destroy()
  await gone
  expect(response.writableFinished).toBe(false)
})

test('a browser that goes away while the manager is asked costs the application nothing', async () => {
  let asked = 0
  serveApp((_, response) => {
    asked++
    response.end()
  })
  const held = Promise.withResolvers<void>()
  stage.manager.hold = held.promise
  const upload = stage.request({ method: 'POST', headers: { 'content-length': '9' } })
  upload.write('begin')
  const page = stage.request()
  page.end()
  await until('the manager is asked', () => stage.manager.calls.resolve === 1, {
    patienceMs: 5000,
  })
  for (const sent of [upload, page]) {
    sent.on('error', () => {})
    sent.destroy()
  }
  // What was closed before this asks is known to be closed when it is answered.
  await fetch(`${stage.address}/healthz`)
  held.resolve()
  expect((await stage.fetch()).status).toBe(200)
  expect([asked, stage.relay.opened]).toEqual([1, 1])
})

test('an upload that breaks off does not look whole to the application', async () => {
  const asked = nextRequest()
  const sent = stage.request({ method: 'POST' })
  sent.on('error', () => {})
  sent.write('begin')
  const [request] = await asked
  request.resume()
  const broken = once(request, 'end')
  sent.destroy()
  await expect(broken).rejects.toThrow('aborted')
  expect(request.complete).toBe(false)
})

test('an answer that breaks off does not look whole to the browser', async () => {
  serveApp((_, response) => {
    response.write('begin')
    setImmediate(() => response.socket?.resetAndDestroy())
  })
  await expect(stage.fetch()).rejects.toThrow(/aborted|hang up|RESET/)
})

test('an answer of the old kind, which ends with its connection, arrives whole', async () => {
  const size = 8 * mib
  stage.app.on('connection', socket => {
    socket.once('data', () => {
      socket.write('HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n\r\n')
      socket.end(Buffer.alloc(size, 97))
    })
  })
  stage.app.removeAllListeners('request')
  const { status, body } = await stage.fetch()
  expect([status, body.length]).toEqual([200, size])
})

test('an answer that comes before the request is whole arrives all the same', async () => {
  serveApp((_, response) => response.writeHead(413, { connection: 'close' }).end('too much'))
  const sent = stage.request({ method: 'POST' })
  sent.on('error', () => {})
  sent.write('begin')
  const { status, body } = await answerOf(sent)
  sent.destroy()
  expect([status, body]).toEqual([413, 'too much'])
})

test('an answer that no server may give becomes an error, and others are served on', async () => {
  stage.app.once('connection', socket =>
    socket.once('data', () => socket.end('HTTP/1.1 099 What\r\nContent-Length: 0\r\n\r\n')),
  )
  expect((await stage.fetch({ agent: false })).status).toBe(502)
  serveApp((_, response) => response.end('fine'))
  expect((await stage.fetch({ agent: false })).body).toBe('fine')
})

test('requests one after the other share a tunnel, and a dead one is replaced unseen', async () => {
  serveApp((_, response) => response.end('ok'))
  for (let turn = 0; turn < 10; turn++) expect((await stage.fetch()).body).toBe('ok')
  expect(stage.relay.opened).toBe(1)
  for (const tunnel of stage.relay.tunnels) tunnel.destroy()
  const replaced = await Promise.all([stage.fetch(), stage.fetch(), stage.fetch()])
  expect(replaced.map(({ body }) => body)).toEqual(['ok', 'ok', 'ok'])
})

test('a request that may have had its effect is not sent again', async () => {
  let seen = 0
  serveApp(request => {
    seen++
    request.socket.destroy()
  })
  const sent = stage.request({ method: 'POST', headers: { 'content-length': '2' } })
  sent.end('go')
  expect((await answerOf(sent)).status).toBe(502)
  expect(seen).toBe(1)
})

test('a request cannot have the length of its body taken away, so that the body passes for another request', async () => {
  const seen: string[] = []
  serveApp((request, response) => {
    seen.push(`${request.method} ${request.url}`)
    void bodyOf(request).then(body => response.end(body))
  })
  const body = 'GET /inner HTTP/1.1\r\nHost: x\r\n\r\n'
  const sent = stage.request({
    method: 'DELETE',
    path: '/outer',
    headers: { connection: 'keep-alive, content-length', 'content-length': body.length },
  })
  sent.end(body)
  expect((await answerOf(sent)).body).toBe(body)
  await stage.fetch({ path: '/next' })
  expect(seen).toEqual(['DELETE /outer', 'GET /next'])
})

test('two messages in one, as smugglers write them, are refused', async () => {
  const socket = connect(stage.port, '127.0.0.1')
  socket.write(
    `POST / HTTP/1.1\r\nHost: ${stage.host}\r\nCookie: ${stage.cookie}\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /inner HTTP/1.1\r\n\r\n`,
  )
  const [first] = (await once(socket, 'data')) as [Buffer]
  expect(first.toString()).toMatch(/^HTTP\/1\.1 400 /)
  socket.destroy()
  expect(stage.relay.opened).toBe(0)
})
