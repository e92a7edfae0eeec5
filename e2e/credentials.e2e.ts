import { api } from '@capstan/contract/api'
import type { Call } from '@capstan/contract/client'
import type { Page } from '@playwright/test'
import { signedIn } from './support/signed-in.ts'
import { expect, test, uniqueName } from './support/test.ts'

const password = 'engine-no-1'

/** Somebody new, with their keypair. */
async function addPerson(call: Call): Promise<{ id: string; email: string; accessKey: string }> {
  const name = uniqueName('keys')
  const user = await call(api.user.create, { email: `${name}@example.test`, name, password })
  return { id: user.id, email: user.email, accessKey: user.mainAccessKey }
}

/** Answers the question that is asked at a button of the same name. */
const confirm = (page: Page, name: string) =>
  page
    .getByRole('dialog', { name: new RegExp(`^${name} this keypair`) })
    .getByRole('button', { name, exact: true })
    .click()

test('KEY-01 KEY-02 KEY-03 a new person has a keypair; its details show all of it, the secret only when asked', async ({
  page,
  call,
}) => {
  const { email, accessKey } = await addPerson(call)
  await page.goto(`/credentials?userEmail=${email}`)
  await expect(page.getByRole('row')).toHaveCount(2)
  await page.getByRole('button', { name: `Details: ${accessKey}` }).click()
  const drawer = page.getByRole('dialog', { name: accessKey, exact: true })
  for (const name of ['Keypair policy', 'Requests in 15 min', 'Requests so far', 'Created'])
    await expect(drawer.getByText(name, { exact: true })).toBeVisible()
  await expect(drawer.getByText('0 / 10,000')).toBeVisible()
  await expect(drawer.getByText('••••')).toBeVisible()
  await drawer.getByRole('button', { name: 'Show: Secret key' }).click()
  const { secretKey } = await call(api.keypair.reveal, { accessKey })
  await expect(drawer.getByText(secretKey)).toBeVisible()
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
  await drawer.getByRole('button', { name: 'Copy: Secret key' }).click()
  await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toBe(secretKey)
})

test('KEY-04 policy and rate limit are set within 0 and 50,000; a low limit is warned of', async ({
  page,
  call,
}) => {
  const { accessKey } = await addPerson(call)
  const policy = uniqueName('lab')
  await call(api.keypairPolicy.create, { name: policy })
  await page.goto(`/credentials?accessKey=${accessKey}`)
  await page.getByRole('button', { name: `Settings: ${accessKey}` }).click()
  const form = page.getByRole('dialog', { name: `Settings: ${accessKey}` })
  await form.getByLabel('Requests in 15 min').fill('50001')
  await form.getByLabel('Requests in 15 min').blur()
  await expect(form.getByText('at most 50,000')).toBeVisible()
  await form.getByLabel('Requests in 15 min').fill('100')
  await expect(form.getByText('signing in and using the console may be blocked')).toBeVisible()
  await form.getByRole('combobox', { name: 'Keypair policy' }).fill(policy)
  await page.getByRole('option', { name: policy }).click()
  await form.getByRole('button', { name: 'Save' }).click()
  const drawer = page.getByRole('dialog', { name: accessKey, exact: true })
  await expect(drawer.getByText('0 / 100')).toBeVisible()
  await expect(drawer.getByRole('link', { name: policy })).toBeVisible()
})

test('KEY-05 KEY-06 a keypair is deactivated, found behind Inactive, and deleted for good there; the main one never', async ({
  page,
  call,
}) => {
  const { id, email, accessKey: main } = await addPerson(call)
  const { accessKey: second } = await call(api.keypair.create, { userId: id })
  await page.goto(`/credentials?userEmail=${email}`)
  await expect(page.getByRole('button', { name: `Delete: ${second}` })).toHaveCount(0)
  for (const key of [main, second]) {
    await page.getByRole('button', { name: `Deactivate: ${key}` }).click()
    await confirm(page, 'Deactivate')
    await expect(page.getByRole('link', { name: key })).toHaveCount(0)
  }
  await page.getByRole('radiogroup').getByText('Inactive', { exact: true }).click()
  const remove = page.getByRole('button', { name: `Delete: ${main}` })
  await expect(remove).toHaveAttribute('aria-disabled', 'true')
  await expect(remove).toHaveAccessibleDescription(/main keypair of/)
  await page.getByRole('button', { name: `Delete: ${second}` }).click()
  await confirm(page, 'Delete')
  await expect(page.getByRole('link', { name: second })).toHaveCount(0)
  await expect(call(api.keypair.show, { accessKey: second })).rejects.toThrow(/No such keypair/)
  await page.getByRole('button', { name: `Activate: ${main}` }).click()
  await confirm(page, 'Activate')
  await expect(page.getByRole('link', { name: main })).toHaveCount(0)
  expect((await call(api.keypair.show, { accessKey: main })).isActive).toBe(true)
})

test('KEY-07 a credential is added for somebody who is found by a part of their e-mail', async ({
  page,
  call,
}) => {
  const { id, email } = await addPerson(call)
  await page.goto('/credentials')
  await page.getByRole('link', { name: 'Add credential' }).click()
  const form = page.getByRole('dialog', { name: 'Add credential' })
  await form
    .getByRole('combobox', { name: 'User', exact: true })
    .fill(email.slice(0, 11).toUpperCase())
  await page.getByRole('option', { name: email }).click()
  await form.getByRole('button', { name: 'Add credential' }).click()
  await expect(page.getByRole('dialog', { name: /^AKIA/ })).toContainText(email)
  const { items } = await call(api.keypair.list, { userId: id })
  expect(items).toHaveLength(2)
})

test('KEY-07 a credential is added from the keyboard alone, field after field in the order that one sees', async ({
  page,
  call,
}) => {
  const { id, email } = await addPerson(call)
  await page.goto('/credentials/new')
  const form = page.getByRole('dialog', { name: 'Add credential' })
  const user = form.getByRole('combobox', { name: 'User', exact: true })
  await expect(user).toBeFocused({ timeout: 30_000 })
  await page.keyboard.type(email)
  await expect(page.getByRole('option', { name: email })).toBeVisible()
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Enter')
  await expect(user).toHaveValue(email)
  const rest = [
    form.getByLabel('Keypair policy'),
    form.getByLabel('Requests in 15 min'),
    form.getByRole('button', { name: 'Cancel' }),
    form.getByRole('button', { name: 'Add credential' }),
  ]
  for (const field of rest) {
    await page.keyboard.press('Tab')
    await expect(field.first()).toBeFocused()
  }
  await page.keyboard.press('Enter')
  await expect(page.getByRole('dialog', { name: /^AKIA/ })).toContainText(email)
  expect((await call(api.keypair.list, { userId: id })).items).toHaveLength(2)
})

test('KEY-08 what a keypair has used of its window stands beside its limit', async ({
  page,
  call,
  url,
}) => {
  const { email, accessKey } = await addPerson(call)
  const theirs = await signedIn(url, { email, password })
  await theirs(api.account.show, {})
  const { windowCount, rateLimit } = await call(api.keypair.show, { accessKey })
  expect(windowCount).toBeGreaterThan(0)
  await page.goto(`/credentials?accessKey=${accessKey}`)
  const used = `${windowCount} / ${rateLimit.toLocaleString('en')}`
  await expect(page.getByRole('cell', { name: used })).toBeVisible()
})
