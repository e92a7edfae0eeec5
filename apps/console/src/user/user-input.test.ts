import type { UserDetails } from '@capstan/contract/user'
import { expect, test } from 'vitest'
import { blankUser, toCreate, toUpdate, valuesOf } from './user-input.ts'

const user: UserDetails = {
  id: '01900000-0000-7000-8000-000000000001',
  email: 'ada@example.test',
  name: 'ada',
  fullName: '',
  description: '',
  role: 'user',
  status: 'active',
  domainName: 'default',
  policy: 'default',
  isPasswordChangeRequired: false,
  isSudoEnabled: false,
  isTotpEnabled: false,
  mainAccessKey: '',
  createdAt: '2026-01-01T00:00:00Z',
  modifiedAt: '2026-01-01T00:00:00Z',
  projects: [{ id: '01900000-0000-7000-8000-000000000002', name: 'default', type: 'general' }],
  keypairCount: 1,
  liveSessionCount: 0,
}

test('only what was changed is sent, and an empty password is no password', () => {
  expect(toUpdate(valuesOf(user), user)).toEqual({ id: user.id })
  expect(toUpdate({ ...valuesOf(user), description: 'x', projectIds: [] }, user)).toEqual({
    id: user.id,
    description: 'x',
    projectIds: [],
  })
  expect(
    toUpdate({ ...valuesOf(user), password: 'new-pass-1', repeat: 'new-pass-1' }, user),
  ).toEqual({ id: user.id, password: 'new-pass-1' })
})

test('nobody is created without projects by leaving the choice to the server', () => {
  const blank = { ...blankUser, domainName: 'default' }
  expect(toCreate(blank)).not.toHaveProperty('projectIds')
  expect(toCreate(blank)).not.toHaveProperty('repeat')
})

test('USR-13 what somebody has is touched only when they are deactivated, and only as was chosen', () => {
  const chosen = { deactivateKeypairs: true, endSessions: false }
  const values = { ...valuesOf(user), consequences: chosen }
  expect(toUpdate(values, user)).toEqual({ id: user.id })
  expect(toUpdate({ ...values, status: 'inactive' }, user)).toEqual({
    id: user.id,
    status: 'inactive',
    ...chosen,
  })
})

test('USR-08 two-factor sign-in of others can only be switched off', () => {
  const on = { ...user, isTotpEnabled: true }
  expect(toUpdate({ ...valuesOf(on), isTotpEnabled: false }, on)).toEqual({
    id: user.id,
    isTotpEnabled: false,
  })
  expect(toUpdate({ ...valuesOf(user), isTotpEnabled: true }, user)).toEqual({ id: user.id })
})
