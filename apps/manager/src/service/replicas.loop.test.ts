import { api } from '@capstan/contract/api'
import { startTestManager, type TestManager, type TestUser } from '@capstan/testkit/manager'
import { joinNode } from '@capstan/testkit/node'
import { startService } from '@capstan/testkit/session'
import { afterEach, beforeEach, expect, inject, test } from 'vitest'
import { keepReplicas } from './replicas.loop.ts'

let manager: TestManager
let user: TestUser
beforeEach(async () => {
  manager = await startTestManager(inject('databaseUrl'))
  await joinNode(manager, 'node-1', { capacity: { cpu: 64, mem: 2 ** 38 } })
  user = await manager.addUser()
})
afterEach(() => manager.close())

const keep = () => keepReplicas(manager.app)
const show = (id: string) => manager.admin.call(api.service.show, { id })

test('whoever has services can move to another domain, where these get no more replicas', async () => {
  const { id } = await startService(user)
  const domainName = await manager.addDomain()
  await manager.admin.call(api.user.update, { id: user.userId, domainName })
  await keep()
  expect(await show(id)).toMatchObject({ liveCount: 0, reason: { code: 'project_not_found' } })
})
