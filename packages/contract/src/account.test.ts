import { expect, test } from 'vitest'
import { accountApi } from './account.ts'
import { createClient } from './client.ts'

test('a page that is open while the manager is updated goes on, whatever new there is to be allowed', async () => {
  const account = {
    id: crypto.randomUUID(),
    email: 'a@example.test',
    name: 'a',
    fullName: '',
    role: 'user',
    domainName: 'default',
    isPasswordChangeRequired: false,
    isTotpEnabled: false,
    mainAccessKey: 'AKIA',
    projects: [],
    permissions: ['session.read', 'thing.of_tomorrow'],
  }
  const call = createClient({
    baseUrl: '',
    fetch: () => Promise.resolve(Response.json(account)),
  })
  expect((await call(accountApi.show, {})).permissions).toContain('session.read')
})
