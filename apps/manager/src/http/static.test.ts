import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { apiPrefix } from '@capstan/contract/endpoint'
import { AppError } from '@capstan/contract/errors'
import { createHttpApp, listen, type Listening } from '@capstan/runtime/http'
import { createLog } from '@capstan/runtime/log'
import { streamSSE } from 'hono/streaming'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { serveConsole } from './static.ts'

let folder: string
let listening: Listening
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'capstan-static-'))
  mkdirSync(join(folder, 'dist/assets'), { recursive: true })
  writeFileSync(join(folder, 'dist/index.html'), 'the page')
  writeFileSync(join(folder, 'dist/assets/large-1a2b.js'), 'x'.repeat(2 ** 20))
  writeFileSync(join(folder, 'secret'), 'not for anybody')
  const http = createHttpApp({ log: createLog('test'), ready: async () => undefined })
  serveConsole(http, join(folder, 'dist'))
  http.get(`${apiPrefix}/refuses`, () => {
    throw new AppError('forbidden')
  })
  http.get(`${apiPrefix}/breaks`, () => {
    throw new Error('of the test')
  })
  http.get(`${apiPrefix}/answers`, context => context.json({}))
  http.get(`${apiPrefix}/streams`, context =>
    streamSSE(context, stream => stream.writeSSE({ data: '{}' })),
  )
  listening = await listen({ fetch: http.fetch, host: '127.0.0.1', port: 0 })
})
afterAll(async () => {
  await listening.close()
  rmSync(folder, { recursive: true })
})

const openFiles = (): number => readdirSync('/dev/fd').length

test('asking only for the head of a large file leaves no file open', async () => {
  const before = openFiles()
  for (let turn = 0; turn < 40; turn++) {
    const { status, headers } = await fetch(`${listening.url}/assets/large-1a2b.js`, {
      method: 'HEAD',
    })
    expect([status, headers.get('content-length')]).toEqual([200, String(2 ** 20)])
  }
  expect(openFiles() - before).toBeLessThan(20)
})

test.for(['/sessions', '/sessions/new?a=b', '/..%2fsecret', '/%2e%2e/secret', '/a%00b', '/%ff'])(
  '%s is answered with the page, and never with a file from elsewhere',
  async path => {
    const answer = await fetch(listening.url + path)
    expect([answer.status, await answer.text()]).toEqual([200, 'the page'])
  },
)

test('an asset that is not there is not answered with the page', async () => {
  expect((await fetch(`${listening.url}/assets/gone-1a2b.js`)).status).toBe(404)
})

const answers = {
  'a page': '/sessions',
  'a file': '/assets/large-1a2b.js',
  'what is not there': '/assets/gone-1a2b.js',
  'what the API does not know': `${apiPrefix}/nothing`,
  'what the API refuses': `${apiPrefix}/refuses`,
  'what breaks': `${apiPrefix}/breaks`,
  'an answer of the API': `${apiPrefix}/answers`,
  'a stream': `${apiPrefix}/streams`,
}
test.for(Object.entries(answers))('%s tells browsers what it may do', async ([, path]) => {
  const answer = await fetch(listening.url + path)
  await answer.body?.cancel()
  expect(Object.fromEntries(answer.headers)).toMatchObject({
    'content-security-policy': expect.stringContaining("frame-ancestors 'none'"),
    'referrer-policy': 'same-origin',
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
  })
})
