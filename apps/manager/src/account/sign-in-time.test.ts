import { startTestManager, type TestManager } from '@capstan/testkit/manager'
import { afterAll, beforeAll, expect, inject, test, vi } from 'vitest'
import { isPassword } from './password.ts'

// The real one, watched: how long an answer takes is the time of this check, give or take two reads by index.
vi.mock(import('./password.ts'), async load => {
  const real = await load()
  return { ...real, isPassword: vi.fn<typeof isPassword>(real.isPassword) }
})

let manager: TestManager
beforeAll(async () => {
  manager = await startTestManager(inject('databaseUrl'))
})
afterAll(() => manager.close())

/** What the hashes checked during a sign-in cost: everything of theirs before the salt. */
async function costOf(email: string): Promise<string[]> {
  vi.mocked(isPassword).mockClear()
  const response = await manager.http.request('http://manager.test/api/v1/sign-in', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email, password: 'wrong' }),
  })
  expect(response.status).toBe(401)
  return vi.mocked(isPassword).mock.calls.map(([hash]) => hash.split('$').slice(0, 4).join('$'))
}

test('ACC-01 signing in checks a password of the same cost whether the e-mail is known or not', async () => {
  const known = await costOf((await manager.addUser()).email)
  expect(known).toHaveLength(1)
  expect(await costOf('nobody@example.test')).toEqual(known)
})
