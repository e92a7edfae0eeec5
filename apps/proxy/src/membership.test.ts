import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { until } from '@capstan/testkit/system'
import { expect, test } from 'vitest'
import { setStage } from '../test/stage.ts'

const soon = { patienceMs: 5000, everyMs: 10 }

test('a proxy joins once, keeps its token to itself, and says where it is', async () => {
  const stage = await setStage()
  const path = join(stage.home, 'token')
  expect(readFileSync(path, 'utf8')).toBe('token-1')
  expect(statSync(path).mode & 0o777).toBe(0o600)
  expect(stage.manager.where).toMatchObject({
    address: stage.address,
    appsHost: `apps.localhost:${stage.port}`,
    isTls: false,
  })
  await stage.stop()
})

test('a proxy with a token does not join again', async () => {
  const stage = await setStage({ token: 'token-1' })
  expect(stage.manager.calls.join).toBe(0)
  await stage.stop()
})

test('a proxy whose token the manager no longer knows joins again', async () => {
  const stage = await setStage({ token: 'of another life' })
  await until('it has joined', () => stage.manager.calls.join === 1, soon)
  expect(readFileSync(join(stage.home, 'token'), 'utf8')).toBe('token-1')
  await stage.stop()
})
