import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { AgentId } from '@capstan/contract/agent'
import { expect, test } from 'vitest'
import { adminPassword, adminPasswordPath, agentIdFrom, readState, writeState } from './state.ts'

test.for([
  ['node-1.example.org', 'node-1.example.org'],
  ['Anna’s MacBook', 'anna-s-macbook'],
  ['-._', 'local'],
  ['', 'local'],
] as const)('a host called "%s" has an agent called %s', ([host, id]) => {
  expect(agentIdFrom(host)).toBe(id)
  expect(AgentId.safeParse(id).success).toBe(true)
})

test('what the first start was told of the administrator holds until there is one', () => {
  const home = mkdtempSync(join(tmpdir(), 'capstan-state-'))
  const first = readState(home, 'first@example.org')
  writeState(home, first)
  expect(readState(home, 'second@example.org').adminEmail).toBe('second@example.org')
  writeState(home, { ...first, isSeeded: true })
  expect(readState(home, 'third@example.org').adminEmail).toBe('first@example.org')
  rmSync(home, { recursive: true })
})

test('a password is made once, kept for its owner alone, and never made for an administrator who exists', () => {
  const home = mkdtempSync(join(tmpdir(), 'capstan-state-'))
  expect(adminPassword(home, true)).toBeUndefined()
  const made = adminPassword(home, false)
  expect(made).toMatch(/^([a-z2-9]{5}-){3}[a-z2-9]{5}$/)
  expect(adminPassword(home, true)).toBe(made)
  expect(statSync(adminPasswordPath(home)).mode & 0o777).toBe(0o600)
  rmSync(home, { recursive: true })
})
