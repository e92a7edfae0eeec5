import { api } from '@capstan/contract/api'
import { startTestManager, type TestManager, type TestUser } from '@capstan/testkit/manager'
import { generate } from 'otplib'
import { afterEach, beforeEach, expect, inject, test } from 'vitest'

let manager: TestManager
let user: TestUser
/** How far the manager's clock is ahead. */
let aheadS: number
beforeEach(async () => {
  manager = await startTestManager(inject('databaseUrl'))
  user = await manager.addUser()
  aheadS = 0
  Object.assign(manager.app, { now: () => new Date(Date.now() + aheadS * 1000) })
})
afterEach(() => manager.close())

const password = 'correct-horse-1'
const signIn = (more: { password?: string; code?: string } = {}) =>
  manager.anonymous(api.account.signIn, { email: user.email, password, ...more })

const codeOf = (secret: string): Promise<string> =>
  generate({ secret, epoch: Math.floor(manager.app.now().getTime() / 1000) })

async function enrol(): Promise<{ secret: string; recoveryCodes: string[] }> {
  const { secret, uri } = await user.call(api.account.beginTotp, { password })
  expect(uri).toContain(`secret=${secret}`)
  expect(uri).toContain(encodeURIComponent(user.email))
  const { recoveryCodes } = await user.call(api.account.confirmTotp, {
    code: await codeOf(secret),
  })
  return { secret, recoveryCodes }
}

test('ACC-05 who has enrolled is asked for a code after the password, and each code is good once', async () => {
  const { secret } = await enrol()
  await expect(signIn()).rejects.toMatchObject({ code: 'totp_required' })
  await expect(signIn({ password: 'wrong' })).rejects.toMatchObject({ code: 'wrong_credentials' })
  // The code that confirmed was used by that.
  await expect(signIn({ code: await codeOf(secret) })).rejects.toMatchObject({
    code: 'wrong_totp_code',
  })
  aheadS = 60
  const code = await codeOf(secret)
  const outcomes = await Promise.allSettled([signIn({ code }), signIn({ code }), signIn({ code })])
  expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  aheadS = 30
  await expect(signIn({ code: await codeOf(secret) })).rejects.toMatchObject({
    code: 'wrong_totp_code',
  })
})

test('ACC-05 a recovery code stands in for the authenticator, once, however it is typed', async () => {
  const { recoveryCodes } = await enrol()
  expect(new Set(recoveryCodes).size).toBe(10)
  expect(recoveryCodes[0]).toMatch(/^[a-z2-9]{4}-[a-z2-9]{4}-[a-z2-9]{4}$/)
  const code = recoveryCodes[3]!.toUpperCase().replaceAll('-', ' ')
  expect(await signIn({ code })).toMatchObject({ isTotpEnabled: true })
  await expect(signIn({ code })).rejects.toMatchObject({ code: 'wrong_totp_code' })
})

test('ACC-05 neither the seed nor a recovery code lies open in the database', async () => {
  const { secret, recoveryCodes } = await enrol()
  const { totpSeedSealed } = await manager.app.db
    .selectFrom('user')
    .select('totpSeedSealed')
    .where('id', '=', user.userId)
    .executeTakeFirstOrThrow()
  expect(totpSeedSealed!.includes(secret)).toBe(false)
  const rows = await manager.app.db.selectFrom('recoveryCode').selectAll().execute()
  expect(rows).toHaveLength(10)
  for (const { hash } of rows)
    for (const code of recoveryCodes) expect(hash.toString('latin1')).not.toContain(code)
})

test('ACC-05 guesses at the code are slowed down as those at the password are', async () => {
  await enrol()
  for (let tries = 0; tries < 5; tries++)
    await expect(signIn({ code: '000000' })).rejects.toMatchObject({ code: 'wrong_totp_code' })
  await expect(signIn({ code: '000000' })).rejects.toMatchObject({ code: 'too_many_attempts' })
  await expect(user.call(api.account.beginTotp, { password })).rejects.toMatchObject({
    code: 'too_many_attempts',
  })
})

test('ACC-05 leaving takes the password and a code; an administrator can only switch it off', async () => {
  const { secret } = await enrol()
  aheadS = 60
  await expect(
    user.call(api.account.leaveTotp, { password: 'wrong', code: await codeOf(secret) }),
  ).rejects.toMatchObject({ code: 'wrong_password', issues: [{ path: 'password' }] })
  await expect(
    user.call(api.account.leaveTotp, { password, code: '000000' }),
  ).rejects.toMatchObject({ code: 'wrong_totp_code' })
  await user.call(api.account.leaveTotp, { password, code: await codeOf(secret) })
  expect((await signIn()).isTotpEnabled).toBe(false)

  await enrol()
  const { userId: id } = user
  await expect(
    manager.admin.call(api.user.update, { id, isTotpEnabled: true as false }),
  ).rejects.toMatchObject({ code: 'invalid_input' })
  await manager.admin.call(api.user.update, { id, isTotpEnabled: false })
  expect((await signIn()).isTotpEnabled).toBe(false)
  expect(await manager.app.db.selectFrom('recoveryCode').selectAll().execute()).toEqual([])
})

test('ACC-07 ACC-08 a new password takes the old one and the rule, clears the flag, and signs out everywhere else', async () => {
  await manager.admin.call(api.user.update, { id: user.userId, isPasswordChangeRequired: true })
  expect((await signIn()).isPasswordChangeRequired).toBe(true)
  const change = (current: string, next: string) =>
    user.call(api.account.changePassword, { current, password: next })
  await expect(change('wrong', 'battery-staple-2')).rejects.toMatchObject({
    code: 'wrong_password',
    issues: [{ path: 'current' }],
  })
  await expect(change(password, password)).rejects.toMatchObject({ issues: [{ path: 'password' }] })
  await expect(change(password, 'short')).rejects.toMatchObject({ code: 'invalid_input' })
  expect(await change(password, 'battery-staple-2')).toMatchObject({
    isPasswordChangeRequired: false,
  })
  await expect(signIn()).rejects.toMatchObject({ code: 'wrong_credentials' })
  await signIn({ password: 'battery-staple-2' })
  const left = await manager.app.db
    .selectFrom('browserSession')
    .selectAll()
    .where('userId', '=', user.userId)
    .execute()
  expect(left).toHaveLength(1)
})

test('ACC-08 a person changes their own names, and no more', async () => {
  expect(
    await user.call(api.account.update, { name: 'grace', fullName: 'Grace Hopper' }),
  ).toMatchObject({ name: 'grace', fullName: 'Grace Hopper' })
  await expect(user.call(api.account.update, { name: 'Admin' })).rejects.toMatchObject({
    code: 'user_taken',
    issues: [{ path: 'name' }],
  })
  await expect(
    user.call(api.account.update, { role: 'superadmin' } as never),
  ).rejects.toMatchObject({ code: 'invalid_input' })
})

test('ACC-08 a person chooses their main keypair among their own active ones', async () => {
  const { userId } = user
  const second = await manager.admin.call(api.keypair.create, { userId })
  const { items } = await user.call(api.account.listKeypairs, {})
  expect(items.map(({ accessKey }) => accessKey)).toEqual([user.accessKey, second.accessKey])
  const choose = (accessKey: string) => user.call(api.account.chooseMainKeypair, { accessKey })
  expect(await choose(second.accessKey)).toMatchObject({ mainAccessKey: second.accessKey })
  const third = await manager.admin.call(api.keypair.create, { userId })
  await manager.admin.call(api.keypair.update, { accessKey: third.accessKey, isActive: false })
  await expect(choose(third.accessKey)).rejects.toMatchObject({ code: 'keypair_inactive' })
  const other = await manager.addUser()
  await expect(choose(other.accessKey)).rejects.toMatchObject({ code: 'keypair_not_found' })
})
