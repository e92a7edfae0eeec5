import { once } from 'node:events'
import { request } from 'node:http'
import { connect } from 'node:net'
import { endpoint } from '@capstan/contract/endpoint'
import { createHttpApp, listen, type Listening } from '@capstan/runtime/http'
import { createLog } from '@capstan/runtime/log'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import * as z from 'zod'
import { readInput } from './input.ts'

const echo = endpoint({
  method: 'POST',
  path: '/echo',
  summary: 'Answers what it was told',
  permission: 'public',
  input: z.strictObject({ text: z.string() }),
  output: z.strictObject({ text: z.string() }),
  bodyLimitBytes: 1000,
  errors: [],
})

let listening: Listening
/** Requests whose body could not be read. */
let failed: unknown[]
beforeEach(() => {
  failed = []
})
beforeAll(async () => {
  const log = createLog('test')
  log.level = 'silent'
  const http = createHttpApp({ log, ready: async () => undefined })
  http.post('/echo', async context => {
    const input = await readInput(echo, context).catch((error: unknown) => {
      failed.push(error)
      throw error
    })
    return context.json(input)
  })
  listening = await listen({ fetch: http.fetch, host: '127.0.0.1', port: 0 })
})
afterAll(() => listening.close())

/** Sends a body in pieces, without saying beforehand how long it is. */
async function send(...pieces: Buffer[]): Promise<{ status: number | undefined; text: string }> {
  const asking = request(`${listening.url}/echo`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
  })
  for (const piece of pieces)
    await new Promise<void>(resolve => {
      asking.write(piece, () => resolve())
    })
  asking.end()
  const [answer] = await once(asking, 'response')
  const read: Buffer[] = await answer.toArray()
  return { status: answer.statusCode, text: Buffer.concat(read).toString() }
}

test('a body that comes in pieces is read whole, wherever it was cut', async () => {
  const body = Buffer.from(JSON.stringify({ text: 'ümläut' }))
  const middle = body.indexOf(0xc3) + 1
  const { status, text } = await send(body.subarray(0, middle), body.subarray(middle))
  expect([status, JSON.parse(text)]).toEqual([200, { text: 'ümläut' }])
})

test('a body that turns out too large is refused, whether or not its length was told', async () => {
  const large = Buffer.from(JSON.stringify({ text: 'x'.repeat(5000) }))
  expect((await send(large.subarray(0, 10), large.subarray(10))).status).toBe(413)
  const { status } = await fetch(`${listening.url}/echo`, { method: 'POST', body: large })
  expect(status).toBe(413)
})

test('a request that is cut off in the middle of its body is given up, which is no failure of ours', async () => {
  const socket = connect(Number(new URL(listening.url).port), '127.0.0.1')
  await once(socket, 'connect')
  socket.write('POST /echo HTTP/1.1\r\nhost: a\r\ncontent-length: 100\r\n\r\n{"text"', () =>
    socket.destroy(),
  )
  await expect.poll(() => failed).toMatchObject([{ status: 400 }])
  expect((await send(Buffer.from('{"text":"next"}'))).status).toBe(200)
})
