import { createHash } from 'node:crypto'
import { until } from '@capstan/testkit/system'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { answerOf, label, readyRoute, setStage, type Stage } from '../test/stage.ts'

let stage: Stage
beforeEach(async () => {
  stage = await setStage()
  stage.app.on('request', (_, response) => response.end('the application'))
})
afterEach(() => stage.stop())

const page = { accept: 'text/html,*/*;q=0.8' }

const notReady = (status: 'starting' | 'gone' | 'failed', message: string) => ({
  status,
  hostLabel: label,
  sessionName: 'my-<session>',
  app: 'web',
  message,
  cacheMs: 0,
})

test('SES-04 an address from the console opens the application: its ticket becomes a cookie of that host', async () => {
  const path = '/_capstan/open?ticket=ticket-1'
  const { status, headers } = await stage.fetch({ path, headers: { cookie: '' } })
  expect([status, headers.location]).toEqual([302, '/'])
  expect(headers).toMatchObject({ 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' })
  const cookie = headers['set-cookie']?.[0] ?? ''
  expect(cookie).toMatch(/^capstan_app=grant-1; HttpOnly; SameSite=Lax; Path=\/; Max-Age=3\d\d\d$/)
  const opened = await stage.fetch({ headers: { cookie: cookie.split(';')[0] } })
  expect(opened).toMatchObject({ status: 200, body: 'the application' })
})

test('behind TLS the cookie travels by TLS only, and the application is told', async () => {
  const behind = await setStage({ address: 'https://proxy.example' })
  behind.app.on('request', (request, response) =>
    response.end(request.headers['x-forwarded-proto']),
  )
  expect(behind.manager.where).toEqual({
    address: 'https://proxy.example',
    appsHost: 'apps.localhost',
    isTls: true,
    joinToken: 'join-token',
    version: expect.any(String) as string,
  })
  const { headers } = await behind.fetch({ path: '/_capstan/open?ticket=ticket-1' })
  expect(headers['set-cookie']?.[0]).toMatch(/; Secure$/)
  expect((await behind.fetch()).body).toBe('https')
  await behind.stop()
})

test('an address that is old, or for another host, opens nothing', async () => {
  const path = '/_capstan/open?ticket='
  expect((await stage.fetch({ path: `${path}old` })).status).toBe(401)
  const host = stage.host.replace('web-', 'other-')
  const moved = await stage.fetch({ path: `${path}ticket-1`, headers: { host } })
  expect(moved.status).toBe(401)
  expect(moved.headers).not.toHaveProperty('set-cookie')
})

test('without a grant, with a false one, or with one for another host, nothing reaches the application', async () => {
  const host = stage.host.replace('web-', 'other-')
  const answers = await Promise.all([
    stage.fetch({ headers: { cookie: 'theme=dark' } }),
    stage.fetch({ headers: { cookie: 'capstan_app=false' } }),
    stage.fetch({ headers: { host } }),
  ])
  expect(answers.map(({ status }) => status)).toEqual([401, 401, 401])
  expect(stage.relay.opened).toBe(0)
})

test('a cookie that another application planted does not lock anybody out', async () => {
  stage.manager.routes.set('planted', { ...readyRoute(stage.relay.url, 1), hostLabel: 'other' })
  const cookie = `capstan_app=false; capstan_app=planted; ${stage.cookie}`
  expect((await stage.fetch({ headers: { cookie } })).body).toBe('the application')
})

test.for(['https://evil.example', 'null', 'http://other-0123456789ab.apps.localhost:1'])(
  'a page of %s may change nothing, for all the cookies that the browser sends along',
  async origin => {
    const sent = stage.request({ method: 'POST', headers: { origin } })
    sent.end('change')
    expect((await answerOf(sent)).status).toBe(403)
    expect(stage.relay.opened).toBe(0)
    expect((await stage.fetch({ headers: { origin } })).status).toBe(200)
  },
)

test('an application’s own page may', async () => {
  const origin = `http://${stage.host}`
  const sent = stage.request({ method: 'POST', headers: { origin } })
  sent.end('change')
  expect((await answerOf(sent)).status).toBe(200)
})

test('SES-04 an application that is starting shows a page that waits and asks again, until it is there', async () => {
  stage.manager.routes.set('grant-1', notReady('starting', 'Pulling "layers"'))
  const { status, headers, body } = await stage.fetch({ headers: page })
  expect(status).toBe(503)
  expect(headers).toMatchObject({
    'retry-after': '1',
    'cache-control': 'no-store',
    'content-type': 'text/html; charset=utf-8',
  })
  expect(body).toContain('<meta http-equiv="refresh" content="1">')
  expect(body).toContain('<h1>web is starting</h1>')
  expect(body).toContain('In session my-&#60;session&#62;. Pulling &#34;layers&#34;')
  const style = /<style>([^]*)<\/style>/.exec(body)?.[1] ?? ''
  const hash = createHash('sha256').update(style).digest('base64')
  expect(headers['content-security-policy']).toContain(`style-src 'sha256-${hash}'`)

  stage.manager.routes.set('grant-1', readyRoute(stage.relay.url, 1))
  expect((await stage.fetch({ headers: page })).body).toBe('the application')
})

test('SES-04 a program that asks too early is told to ask again', async () => {
  stage.manager.routes.set('grant-1', notReady('starting', 'Starting'))
  const { status, headers, body } = await stage.fetch()
  expect([status, headers['retry-after']]).toEqual([503, '1'])
  expect(headers['content-type']).toBe('application/problem+json')
  expect(JSON.parse(body)).toMatchObject({ status: 503, title: 'web is starting' })
})

test.for([
  ['failed', 502, 'web did not start'],
  ['gone', 410, 'web is not there any more'],
] as const)(
  'an application that is %s is said to be, with the reason',
  async ([state, code, title]) => {
    stage.manager.routes.set('grant-1', notReady(state, 'It ended with exit code 3'))
    const { status, body } = await stage.fetch({ headers: page })
    expect(status).toBe(code)
    expect(body).toContain(title)
    expect(body).toContain('It ended with exit code 3')
    expect(body).not.toContain('http-equiv="refresh"')
  },
)

test('SES-04 where nobody listens yet the page waits too, whatever the method', async () => {
  const port = stage.manager.routes.get('grant-1')
  expect(port).toMatchObject({ status: 'ready' })
  stage.app.close()
  stage.app.closeAllConnections()
  const shown = await stage.fetch({ headers: page })
  expect(shown.status).toBe(503)
  expect(shown.body).toContain('web does not answer yet')
  const sent = stage.request({ method: 'POST' })
  sent.end('body')
  expect((await answerOf(sent)).status).toBe(503)
})

test('where an application’s port opens a moment late, nobody notices', async () => {
  const { port } = stage.app.address() as { port: number }
  stage.app.close()
  const asked = stage.fetch()
  await until('the first try has failed', () => stage.relay.refused > 0, {
    patienceMs: 5000,
    everyMs: 5,
  })
  stage.app.listen(port, '127.0.0.1')
  expect((await asked).body).toBe('the application')
})

test('GRP-04 while the manager is away, what was open stays open, and the rest says so', async () => {
  stage.manager.routes.set('grant-1', { ...readyRoute(stage.relay.url, 1), cacheMs: 0 })
  stage.manager.routes.set('grant-2', readyRoute(stage.relay.url, 1))
  expect((await stage.fetch()).status).toBe(200)
  stage.manager.isAway = true
  expect((await stage.fetch()).body).toBe('the application')
  const unknown = await stage.fetch({ headers: { ...page, cookie: 'capstan_app=grant-2' } })
  expect(unknown.status).toBe(503)
  expect(unknown.body).toContain('Capstan cannot be reached at the moment')
  const opening = await stage.fetch({ path: '/_capstan/open?ticket=ticket-1', headers: page })
  expect(opening.status).toBe(503)
  expect(opening.body).toContain('http-equiv="refresh"')
  stage.manager.isAway = false
  expect((await stage.fetch({ headers: { cookie: 'capstan_app=grant-2' } })).status).toBe(200)
})

test('a grant that is taken back leads nowhere as soon as the manager is asked again', async () => {
  stage.manager.routes.set('grant-1', { ...readyRoute(stage.relay.url, 1), cacheMs: 0 })
  expect((await stage.fetch()).status).toBe(200)
  stage.manager.routes.delete('grant-1')
  expect((await stage.fetch()).status).toBe(401)
})

test('the manager is asked once for many requests at a time, and not again while its answer lasts', async () => {
  const held = Promise.withResolvers<void>()
  stage.manager.hold = held.promise
  const many = Array.from({ length: 20 }, () => stage.fetch())
  await until('the manager is asked', () => stage.manager.calls.resolve > 0, { patienceMs: 5000 })
  held.resolve()
  const answers = await Promise.all(many)
  expect(answers.every(({ status }) => status === 200)).toBe(true)
  await stage.fetch()
  expect(stage.manager.calls.resolve).toBe(1)
})
