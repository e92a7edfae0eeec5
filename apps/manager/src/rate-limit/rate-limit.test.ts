import { api } from '@capstan/contract/api'
import { startTestManager, type TestManager } from '@capstan/testkit/manager'
import fc from 'fast-check'
import { sql } from 'kysely'
import { afterEach, beforeEach, expect, inject, test } from 'vitest'
import { createAdmission } from './admission.ts'
import { admit } from './rate-limit.store.ts'

let manager: TestManager
beforeEach(async () => {
  manager = await startTestManager(inject('databaseUrl'))
})
afterEach(() => manager.close())

const limitTo = async (accessKey: string, rateLimit: number): Promise<void> => {
  await manager.app.db
    .updateTable('keypair')
    .set({ rateLimit })
    .where('accessKey', '=', accessKey)
    .execute()
}

/** Lets time pass, for the database: everything was that much earlier. */
const passS = async (seconds: number): Promise<void> => {
  const span = sql`make_interval(secs => ${seconds})`
  await sql`update keypair_request set at = at - ${span}`.execute(manager.app.db)
  await sql`update keypair_use set last_at = last_at - ${span}`.execute(manager.app.db)
}

test('KEY-08 requests over the limit are refused with the headers, and not counted', async () => {
  const user = await manager.addUser()
  await limitTo(user.accessKey, 3)
  for (let number = 0; number < 3; number++) await user.call(api.account.show, {})
  for (let number = 0; number < 5; number++)
    await expect(user.call(api.account.show, {})).rejects.toMatchObject({
      code: 'rate_limited',
      message: expect.stringContaining('may make 3 requests in 15 minutes'),
    })
  const shown = (): Promise<unknown> =>
    manager.admin.call(api.keypair.show, { accessKey: user.accessKey })
  expect(await shown()).toMatchObject({ rateLimit: 3, windowCount: 3, queryCount: 3 })
  await passS(899)
  await expect(user.call(api.account.show, {})).rejects.toMatchObject({ code: 'rate_limited' })
  await passS(2)
  await user.call(api.account.show, {})
  expect(await shown()).toMatchObject({ windowCount: 1, queryCount: 4 })
})

test('KEY-08 the answer says what is left, and when there is more', async () => {
  const signedIn = await manager.http.request('http://manager.test/api/v1/sign-in', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email: manager.admin.email, password: manager.admin.password }),
  })
  const cookie = signedIn.headers.get('set-cookie')!.split(';')[0]!
  const ask = () =>
    manager.http.request('http://manager.test/api/v1/account', { headers: { cookie } })
  const before = await ask()
  const used = 10_000 - Number(before.headers.get('x-ratelimit-remaining'))
  expect(used).toBeGreaterThan(0)
  expect(before.headers.get('x-ratelimit-limit')).toBe('10000')
  expect(before.headers.get('x-ratelimit-window')).toBe('900')
  await limitTo(manager.admin.accessKey, used)
  const refused = await ask()
  expect(refused.status).toBe(429)
  expect(refused.headers.get('ratelimit-policy')).toBe(`"keypair";q=${used};w=900`)
  expect(refused.headers.get('ratelimit')).toMatch(/^"keypair";r=0;t=(900|8\d\d)$/)
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(800)
})

test('KEY-08 the limit holds for signing in, and for nobody who does not know the secret', async () => {
  const user = await manager.addUser()
  await limitTo(user.accessKey, 2)
  const signIn = (password: string) =>
    manager.anonymous(api.account.signIn, { email: user.email, password })
  await expect(signIn('wrong')).rejects.toMatchObject({ code: 'wrong_credentials' })
  await signIn(user.password)
  await signIn(user.password)
  await expect(signIn(user.password)).rejects.toMatchObject({ code: 'rate_limited' })
})

test('KEY-08 several managers on one database together let through exactly what the limit leaves', async () => {
  const user = await manager.addUser()
  await limitTo(user.accessKey, 10)
  const managers = Array.from({ length: 4 }, () => createAdmission(manager.app.db))
  const all = await Promise.all(
    Array.from({ length: 200 }, (_, number) => managers[number % 4]!(user.accessKey)),
  )
  expect(all.filter(({ isAdmitted }) => isAdmitted)).toHaveLength(10)
})

test('KEY-08 at no time were there more than the limit in 15 minutes, and none was refused that could have been let through', async () => {
  const step = fc.record({
    afterS: fc.integer({ min: 0, max: 600 }),
    count: fc.integer({ min: 1, max: 8 }),
    most: fc.integer({ min: 0, max: 10 }),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 25 }), async steps => {
      const { accessKey } = await manager.addUser()
      let now = 0
      const made: number[] = []
      for (const { afterS, count, most } of steps) {
        await passS(afterS)
        now += afterS
        await limitTo(accessKey, most)
        const inside = made.filter(at => at > now - 900).length
        const expected = Math.min(count, Math.max(most - inside, 0))
        const [answer] = await admit(manager.app.db, new Map([[accessKey, count]]))
        expect(answer).toMatchObject({ admitted: expected, used: inside + expected })
        made.push(...Array.from({ length: expected }, () => now))
      }
    }),
    { numRuns: 20 },
  )
})
