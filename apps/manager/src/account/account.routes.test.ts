import { api } from '@capstan/contract/api'
import { startTestManager, type TestManager } from '@capstan/testkit/manager'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'

let manager: TestManager
beforeAll(async () => {
  manager = await startTestManager(inject('databaseUrl'))
})
afterAll(() => manager.close())

const post = (
  path: string,
  body: object,
  headers: Record<string, string> = {},
): Promise<Response> =>
  Promise.resolve(
    manager.http.request(`http://manager.test/api/v1${path}`, {
      method: 'POST',
      headers: { host: 'manager.test', 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    }),
  )

const cookieOf = (response: Response): string =>
  response.headers.get('set-cookie')?.split(';')[0] ?? ''

test('ACC-01 signing in takes e-mail and password, in any case of the e-mail', async () => {
  const user = await manager.addUser()
  const response = await post('/sign-in', {
    email: user.email.toUpperCase(),
    password: user.password,
  })
  expect(response.status).toBe(200)
  expect(response.headers.get('set-cookie')).toMatch(
    /HttpOnly.*SameSite=Lax|SameSite=Lax.*HttpOnly/,
  )
  expect(api.account.signIn.output.parse(await response.json())).toMatchObject({
    email: user.email,
    role: 'user',
  })
})

test('ACC-01 a wrong password and an unknown e-mail are refused alike', async () => {
  const user = await manager.addUser()
  const wrong = await post('/sign-in', { email: user.email, password: 'wrong' })
  const unknown = await post('/sign-in', { email: 'nobody@example.test', password: 'wrong' })
  const body = async (response: Response): Promise<object> => ({
    ...(await (response.json() as Promise<object>)),
    requestId: '',
  })
  expect(wrong.status).toBe(401)
  expect(await body(wrong)).toEqual(await body(unknown))
})

test('ACC-01 repeated failures are slowed down, also for an e-mail that nobody has', async () => {
  for (const email of [(await manager.addUser()).email, 'no-such-person@example.test']) {
    for (let i = 0; i < 5; i++)
      expect((await post('/sign-in', { email, password: 'wrong' })).status).toBe(401)
    const slowed = await post('/sign-in', { email, password: 'correct-horse-1' })
    expect(slowed.status).toBe(429)
    expect(Number(slowed.headers.get('retry-after'))).toBeGreaterThan(0)
  }
})

test('ACC-01 guesses made at once are slowed down as those made in turn', async () => {
  const user = await manager.addUser()
  const guesses = Array.from({ length: 20 }, () =>
    post('/sign-in', { email: user.email, password: 'wrong' }),
  )
  const statuses = (await Promise.all(guesses)).map(response => response.status)
  expect(statuses.filter(status => status === 401)).toHaveLength(5)
  expect(statuses.filter(status => status === 429)).toHaveLength(15)
})

test('ACC-01 those who know their password are not slowed down by signing in often', async () => {
  const user = await manager.addUser()
  for (let i = 0; i < 8; i++)
    expect((await post('/sign-in', { email: user.email, password: user.password })).status).toBe(
      200,
    )
})

test('ACC-02 after signing in, requests act with the main access key', async () => {
  const user = await manager.addUser()
  const cookie = cookieOf(await post('/sign-in', { email: user.email, password: user.password }))
  const response = await manager.http.request('http://manager.test/api/v1/account', {
    headers: { cookie },
  })
  expect(await response.json()).toMatchObject({ email: user.email, mainAccessKey: user.accessKey })
})

test('ACC-02 a client signs each request with a keypair', async () => {
  const user = await manager.addUser()
  expect(await user.call(api.account.show, {})).toMatchObject({ email: user.email })
})

test('ACC-02 an unknown key and a wrong signature answer alike', async () => {
  const user = await manager.addUser()
  const request = async (accessKey: string): Promise<object> => {
    const response = await manager.http.request('http://manager.test/api/v1/account', {
      headers: {
        host: 'manager.test',
        date: new Date().toISOString(),
        'x-backendai-version': 'v9.20250722',
        authorization: `BackendAI signMethod=HMAC-SHA256, credential=${accessKey}:${'0'.repeat(64)}`,
      },
    })
    expect(response.status).toBe(401)
    return { ...(await (response.json() as Promise<object>)), requestId: '' }
  }
  expect(await request(user.accessKey)).toEqual(await request(`AKIA${'A'.repeat(16)}`))
})

test('ACC-02 a signed request whose date is 20 minutes off is refused', async () => {
  const response = await manager.http.request('http://manager.test/api/v1/account', {
    headers: {
      date: new Date(Date.now() - 20 * 60_000).toISOString(),
      authorization: `BackendAI signMethod=HMAC-SHA256, credential=${manager.admin.accessKey}:${'0'.repeat(64)}`,
    },
  })
  expect(response.status).toBe(400)
  expect(await response.json()).toMatchObject({ code: 'clock_skew' })
})

test('signing out ends the browser session', async () => {
  const user = await manager.addUser()
  const cookie = cookieOf(await post('/sign-in', { email: user.email, password: user.password }))
  await post('/sign-out', {}, { cookie })
  const response = await manager.http.request('http://manager.test/api/v1/account', {
    headers: { cookie },
  })
  expect(response.status).toBe(401)
})

test('a request that another site makes a browser send is refused', async () => {
  const user = await manager.addUser()
  const cookie = cookieOf(await post('/sign-in', { email: user.email, password: user.password }))
  for (const headers of [{ origin: 'http://evil.test' }, { 'sec-fetch-site': 'cross-site' }])
    expect((await post('/account/main-keypair/reveal', {}, { cookie, ...headers })).status).toBe(
      403,
    )
  const own = { cookie, origin: 'http://manager.test', 'sec-fetch-site': 'same-origin' }
  expect((await post('/account/main-keypair/reveal', {}, own)).status).toBe(200)
})

test('ACC-03 accounts are told which pages are theirs: administration only for administrators', async () => {
  const user = await manager.addUser()
  const permissions = async (call: typeof user.call): Promise<string[]> =>
    (await call(api.account.show, {})).permissions
  expect(await permissions(manager.admin.call)).toContain('agent.read')
  expect(await permissions(user.call)).not.toContain('agent.read')
  await expect(user.call(api.agent.list, {})).rejects.toMatchObject({ code: 'forbidden' })
})

test('ACC-06 an account sees the projects it is in', async () => {
  const user = await manager.addUser()
  const { projects } = await user.call(api.account.show, {})
  expect(projects.map(project => project.name)).toEqual(['default', 'model-store'])
})
