import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { ownConnections } from './own-connections.ts'

let handle: (request: IncomingMessage, response: ServerResponse) => void
let origin: string
const server = createServer((request, response) => handle(request, response))

beforeEach(async () => {
  await new Promise<void>(resolve => {
    server.listen(0, '127.0.0.1', () => resolve())
  })
  // A server that listens on TCP has an address of it.
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterEach(async () => {
  server.closeAllConnections()
  await new Promise(resolve => {
    server.close(resolve)
  })
})

test('a request goes out whole, and its answer is read as that of fetch', async () => {
  handle = (request, response) => {
    const pieces: Buffer[] = []
    request.on('data', (piece: Buffer) => pieces.push(piece))
    request.on('end', () => {
      const said = JSON.parse(Buffer.concat(pieces).toString())
      response.writeHead(201, { 'x-request-id': 'one' })
      response.end(JSON.stringify({ said, url: request.url, token: request.headers.authorization }))
    })
  }
  const answer = await ownConnections(origin)(`${origin}/a?b=c`, {
    method: 'POST',
    headers: { authorization: 'Bearer token' },
    body: '{"of":"ü"}',
  })
  expect(answer).toMatchObject({ ok: true, status: 201 })
  expect(answer.headers.get('x-request-id')).toBe('one')
  expect(answer.headers.get('retry-after')).toBeNull()
  expect(await answer.json()).toEqual({ said: { of: 'ü' }, url: '/a?b=c', token: 'Bearer token' })
})

test('what the server refuses is answered, and what nobody answers fails', async () => {
  handle = (_, response) => response.writeHead(404).end()
  const send = ownConnections(origin)
  expect(await send(`${origin}/`, {})).toMatchObject({ ok: false, status: 404 })
  handle = (_, response) => response.destroy()
  await expect(send(`${origin}/`, {})).rejects.toThrow('other side closed')
})

test('a request is given up when its signal says so, before or after it went out', async () => {
  const arrived = Promise.withResolvers<void>()
  handle = () => arrived.resolve()
  const send = ownConnections(origin)
  const giveUp = new AbortController()
  const open = send(`${origin}/`, { signal: giveUp.signal })
  await arrived.promise
  giveUp.abort(new Error('given up'))
  await expect(open).rejects.toThrow('given up')
  await expect(send(`${origin}/`, { signal: giveUp.signal })).rejects.toThrow('given up')
})
