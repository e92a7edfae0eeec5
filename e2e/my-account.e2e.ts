import { api } from '@capstan/contract/api'
import type { Call } from '@capstan/contract/client'
import type { Page } from '@playwright/test'
import { generate } from 'otplib'
import { scan } from './support/qr.ts'
import { signedIn } from './support/signed-in.ts'
import { expect, test, uniqueName } from './support/test.ts'

// The browser itself reports what the server refused.
test.use({ who: 'nobody', expectedErrors: [/status of 4\d\d/] })

const password = 'engine-no-1'

async function addPerson(call: Call, given: { isPasswordChangeRequired?: boolean } = {}) {
  const name = uniqueName('own')
  return call(api.user.create, { email: `${name}@example.test`, name, password, ...given })
}

async function signIn(page: Page, email: string, word = password): Promise<void> {
  await page.goto('/sign-in')
  await page.getByLabel('E-mail').fill(email)
  await page.getByLabel('Password', { exact: true }).fill(word)
  await page.getByRole('button', { name: 'Sign in' }).click()
}

const atStart = (page: Page) => page.getByRole('heading', { name: 'Recent sessions', exact: true })

/** What an authenticator shows: of the next half minute, where this one's code was used. */
const codeOf = (secret: string, later = 0): Promise<string> =>
  generate({ secret, epoch: Math.floor(Date.now() / 1000) + later * 30 })

test('ACC-05 two-factor sign-in is turned on with a QR code, asked for from then on, stood in for by a recovery code, and left', async ({
  page,
  call,
}) => {
  const { email } = await addPerson(call)
  await signIn(page, email)
  await atStart(page).waitFor()
  await page.goto('/account')
  const section = page.getByRole('region', { name: 'Two-factor sign-in' })
  await section.getByRole('button', { name: 'Turn on' }).click()
  await section.getByLabel('Current password').fill('not-it-1')
  await section.getByRole('button', { name: 'Next' }).click()
  await expect(section.getByText('not the password that you have now').first()).toBeVisible()
  await section.getByLabel('Current password').fill(password)
  await section.getByRole('button', { name: 'Next' }).click()

  const uri = new URL(await scan(section.getByRole('img', { name: 'QR code' })))
  expect(decodeURIComponent(uri.pathname)).toContain(email)
  const secret = uri.searchParams.get('secret')!
  await section.getByRole('textbox', { name: 'Code' }).fill('000000')
  await section.getByRole('button', { name: 'Confirm' }).click()
  await expect(section.getByText('not the code of now').first()).toBeVisible()
  await section.getByRole('textbox', { name: 'Code' }).fill(await codeOf(secret))
  await section.getByRole('button', { name: 'Confirm' }).click()
  const codes = (await section.getByLabel('Recovery codes').innerText()).trim().split('\n')
  expect(codes).toHaveLength(10)
  await section.getByRole('button', { name: 'I have kept them' }).click()
  await expect(section.getByText('Two-factor sign-in is on')).toBeVisible()

  const enter = async (code: string): Promise<void> => {
    await page.context().clearCookies()
    await signIn(page, email)
    await page.getByRole('textbox', { name: 'Code' }).fill(code)
    await page.getByRole('button', { name: 'Sign in' }).click()
  }
  await enter(await codeOf(secret, 1))
  await expect(atStart(page)).toBeVisible()
  await enter(codes[0]!)
  await expect(atStart(page)).toBeVisible()
  await enter(codes[0]!)
  await expect(page.getByRole('alert')).toContainText('was used before')
  await page.getByRole('textbox', { name: 'Code' }).fill(codes[1]!)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await atStart(page).waitFor()

  await page.goto('/account')
  await section.getByRole('button', { name: 'Turn off' }).click()
  await section.getByLabel('Current password').fill(password)
  await section.getByRole('textbox', { name: 'Code' }).fill(codes[2]!)
  await section.getByRole('button', { name: 'Turn off' }).click()
  await expect(section.getByText('Two-factor sign-in is off')).toBeVisible()
  await page.context().clearCookies()
  await signIn(page, email)
  await expect(atStart(page)).toBeVisible()
})

test('USR-08 an administrator switches two-factor sign-in of another person off, and cannot turn it on', async ({
  page,
  call,
  url,
  cookies,
}) => {
  const { id, email } = await addPerson(call)
  const theirs = await signedIn(url, { email, password })
  const { secret } = await theirs(api.account.beginTotp, { password })
  await theirs(api.account.confirmTotp, { code: await codeOf(secret) })
  const [name = '', ...value] = cookies.admin.split('=')
  await page.context().addCookies([{ name, value: value.join('='), url }])
  await page.goto(`/users/${id}/edit`)
  const form = page.getByRole('dialog', { name: `Edit ${email}` })
  const toggle = form.getByRole('switch', { name: 'Two-factor sign-in' })
  await expect(toggle).toBeChecked()
  await toggle.uncheck()
  await form.getByRole('button', { name: 'Save' }).click()
  await expect(form).toHaveCount(0)
  await page.goto(`/users/${id}/edit`)
  await expect(toggle).not.toBeChecked()
  await expect(toggle).toBeDisabled()
  await expect(form.getByText('Only they can turn it on')).toBeVisible()
  await page.context().clearCookies()
  await signIn(page, email)
  await expect(atStart(page)).toBeVisible()
})

test('ACC-07 who is asked to change their password sees a bar on every page until they do, and nothing else is different', async ({
  page,
  call,
}) => {
  const { email } = await addPerson(call, { isPasswordChangeRequired: true })
  await signIn(page, email)
  const bar = page.getByText('Please change your password.')
  await expect(bar).toBeVisible()
  await page.getByRole('link', { name: 'Sessions', exact: true }).click()
  await expect(page.getByRole('heading', { name: 'Sessions', exact: true })).toBeVisible()
  await expect(bar).toBeVisible()
  await page.getByRole('link', { name: 'Change it' }).click()
  const section = page.getByRole('region', { name: 'Password' })
  await expect(section.getByRole('heading')).toBeInViewport()
  await section.getByLabel('Current password').fill(password)
  await section.getByLabel('New password').fill('short')
  await section.getByRole('button', { name: 'Change password' }).click()
  await expect(
    section.getByText('at least 8 characters; at least one digit; at least one special character'),
  ).toBeVisible()
  await section.getByLabel('New password').fill('engine-no-2')
  await section.getByLabel('Password again').fill('engine-no-2')
  await section.getByRole('button', { name: 'Change password' }).click()
  await expect(bar).toHaveCount(0)
  await page.context().clearCookies()
  await signIn(page, email, 'engine-no-2')
  await expect(atStart(page)).toBeVisible()
  await expect(bar).toHaveCount(0)
})

test('ACC-07 what changes while the event stream of a page is still being opened is shown all the same', async ({
  page,
  call,
}) => {
  const { id, email } = await addPerson(call)
  const changed = Promise.withResolvers<void>()
  await page.route('**/api/v1/events', async route => {
    await changed.promise
    await route.continue()
  })
  await signIn(page, email)
  await expect(atStart(page)).toBeVisible()
  await call(api.user.update, { id, isPasswordChangeRequired: true })
  changed.resolve()
  await expect(page.getByText('Please change your password.')).toBeVisible()
})

test('ACC-08 ACC-02 a person changes their name and chooses the keypair that their browser acts with', async ({
  page,
  call,
}) => {
  const { id, email, mainAccessKey } = await addPerson(call)
  const { accessKey: other, secretKey } = await call(api.keypair.create, { userId: id })
  await signIn(page, email)
  await atStart(page).waitFor()
  await page.goto('/account')
  const profile = page.getByRole('region', { name: 'Profile' })
  await profile.getByLabel('User name').fill('admin')
  await profile.getByRole('button', { name: 'Save profile' }).click()
  await expect(profile.getByText('there is a user of this name').first()).toBeVisible()
  const name = uniqueName('own')
  await profile.getByLabel('User name').fill(name)
  await profile.getByLabel('Full name').fill('Ada Lovelace')
  await profile.getByRole('button', { name: 'Save profile' }).click()
  await expect(page.getByText('Your profile was saved')).toBeVisible()
  expect(await call(api.user.show, { id })).toMatchObject({ name, fullName: 'Ada Lovelace' })
  // What somebody else changed meanwhile is not put back.
  await call(api.user.update, { id, fullName: 'Ada King' })
  await profile.getByLabel('User name').fill(`${name}-2`)
  await profile.getByRole('button', { name: 'Save profile' }).click()
  await expect
    .poll(() => call(api.user.show, { id }))
    .toMatchObject({ name: `${name}-2`, fullName: 'Ada King' })
  // What was said of it stands over the questions at the end of the page.
  await page.reload()

  const keypairs = page.getByRole('region', { name: 'Keypairs' })
  const shown = (accessKey: string) => `…${accessKey.slice(-4)}`
  await expect(keypairs.getByText(shown(other))).toBeVisible()
  const listed = Promise.withResolvers<void>()
  await page.route('**/api/v1/account/keypairs', async route => {
    await listed.promise
    await route.continue()
  })
  await keypairs.getByRole('button', { name: 'Make it the main one' }).click()
  await page
    .getByRole('dialog', { name: 'Make this the main keypair?' })
    .getByRole('button', { name: 'Make it the main one' })
    .click()
  await expect(page.getByText('The main keypair was changed')).toBeVisible()
  expect((await call(api.user.show, { id })).mainAccessKey).toBe(other)
  // The secret stands with its keypair also before the list is there again.
  const chosen = keypairs
    .locator('div')
    .filter({ hasText: shown(other), hasNotText: shown(mainAccessKey) })
    .first()
  await chosen.getByRole('button', { name: 'Show: Secret key' }).click()
  await expect(chosen.getByText(secretKey)).toBeVisible()
  listed.resolve()
  const before = (await call(api.keypair.show, { accessKey: mainAccessKey })).queryCount
  await page.reload()
  await expect(profile).toBeVisible()
  expect((await call(api.keypair.show, { accessKey: mainAccessKey })).queryCount).toBe(before)
  expect((await call(api.keypair.show, { accessKey: other })).queryCount).toBeGreaterThan(0)
})

test('ACC-04 who is deactivated is signed out of their browser at once, and cannot sign in', async ({
  page,
  call,
}) => {
  const { id, email } = await addPerson(call)
  await signIn(page, email)
  await expect(atStart(page)).toBeVisible()
  await call(api.user.update, { id, status: 'inactive' })
  await expect(page.getByRole('heading', { name: 'Sign in' })).toBeVisible()
  await signIn(page, email)
  await expect(page.getByRole('alert')).toContainText('This account is inactive')
})
