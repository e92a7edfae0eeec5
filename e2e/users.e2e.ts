import { api } from '@capstan/contract/api'
import { expect, test, uniqueName } from './support/test.ts'

test.use({ expectedErrors: [/status of 409/] })

test('USR-03 USR-04 USR-06 a person is created, with what is wrong said at its field, and shown whole', async ({
  page,
}) => {
  const name = uniqueName('ada')
  await page.goto('/users')
  await page.getByRole('link', { name: 'Create a user' }).click()
  const form = page.getByRole('dialog', { name: 'Create a user' })
  await form.getByLabel('E-mail').fill('not an address')
  await form.getByLabel('User name').fill(name)
  await form.getByRole('textbox', { name: /^Password( \*)?$/ }).fill('short')
  await form.getByRole('button', { name: 'Create' }).click()
  await expect(form.getByText('not an e-mail address')).toBeVisible()
  await expect(
    form.getByText('at least 8 characters; at least one digit; at least one special character'),
  ).toBeVisible()
  await expect(form.getByText('the two passwords differ')).toBeVisible()
  await form.getByLabel('E-mail').fill(`${name}@example.test`)
  await form.getByRole('textbox', { name: /^Password( \*)?$/ }).fill('engine-no-1')
  await form.getByLabel('Password again').fill('engine-no-1')
  await form.getByRole('button', { name: 'Create' }).click()
  const drawer = page.getByRole('dialog', { name: `${name}@example.test`, exact: true })
  await expect(drawer.getByText('AKIA')).toBeVisible()
  await expect(drawer.getByText('model-store')).toBeVisible()
})

test('USR-02 USR-05 USR-07 filters are in the address, a used name is refused at its field, and what changed is saved', async ({
  page,
  call,
}) => {
  const name = uniqueName('bob')
  const email = `${name}@example.test`
  await call(api.user.create, { email, name, password: 'engine-no-1' })
  await page.goto('/users')
  await page.getByRole('button', { name: 'Filter by e-mail' }).click()
  await page.getByPlaceholder('Contains…').fill(name.toUpperCase())
  await page.keyboard.press('Enter')
  await expect(page.getByRole('row')).toHaveCount(2)
  await page.reload()
  await expect(page.getByRole('row')).toHaveCount(2)
  await page.getByRole('link', { name: email }).click()
  await page.getByRole('link', { name: 'Edit', exact: true }).click()
  const form = page.getByRole('dialog', { name: `Edit ${email}` })
  await form.getByLabel('User name').fill('admin')
  await form.getByRole('button', { name: 'Save' }).click()
  await expect(form.getByText('there is a user of this name').first()).toBeVisible()
  await form.getByLabel('User name').fill(name)
  await form.getByLabel('Description').fill('Keeps the books')
  await form.getByRole('button', { name: 'Save' }).click()
  await expect(page.getByRole('dialog', { name: email, exact: true })).toContainText(
    'Keeps the books',
  )
})

test('USR-11 USR-12 a person is deactivated after a question, and brought back from the other list', async ({
  page,
  call,
}) => {
  const name = uniqueName('eve')
  const email = `${name}@example.test`
  await call(api.user.create, { email, name, password: 'engine-no-1' })
  await page.goto(`/users?email=${name}`)
  await page.getByRole('link', { name: email }).click()
  await page.getByRole('button', { name: 'Deactivate', exact: true }).click()
  await page
    .getByRole('dialog', { name: `Deactivate ${email}?` })
    .getByRole('button', { name: 'Deactivate', exact: true })
    .click()
  await expect(page.getByRole('button', { name: 'Activate', exact: true })).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(page.getByRole('link', { name: email })).toHaveCount(0)
  await page.getByRole('radiogroup').getByText('Inactive', { exact: true }).click()
  await page.getByRole('link', { name: email }).click()
  await page.getByRole('button', { name: 'Activate', exact: true }).click()
  await page
    .getByRole('dialog', { name: `Activate ${email}?` })
    .getByRole('button', { name: 'Activate', exact: true })
    .click()
  await expect(page.getByRole('button', { name: 'Deactivate', exact: true })).toBeVisible()
})

test('a question that was answered does not turn into its opposite while it fades', async ({
  page,
  call,
}) => {
  const name = uniqueName('joe')
  const email = `${name}@example.test`
  await call(api.user.create, { email, name, password: 'engine-no-1' })
  await page.emulateMedia({ reducedMotion: 'no-preference' })
  await page.goto(`/users?email=${name}`)
  await page.getByRole('link', { name: email }).click()
  await page.getByRole('button', { name: 'Deactivate', exact: true }).click()
  const confirm = page
    .getByRole('dialog', { name: `Deactivate ${email}?` })
    .getByRole('button', { name: 'Deactivate', exact: true })
  await expect(confirm).toBeFocused()
  // Time goes on by little steps only, so that the answer is here before the question is gone.
  await page.clock.install()
  await page.clock.pauseAt(Date.now() + 60_000)
  await confirm.click()
  const activate = page.getByRole('button', { name: 'Activate', exact: true })
  await expect(async () => {
    await page.clock.runFor(1)
    expect(await activate.count()).toBeGreaterThan(0)
  }).toPass()
  expect(await activate.count()).toBe(1)
  await expect(confirm).toBeVisible()
})

test.describe('who administers nothing', () => {
  test.use({ who: 'user' })
  test('ACC-03 is told that the page is not theirs', async ({ page }) => {
    await page.goto('/users')
    await expect(page.getByText('Your account may not see this page')).toBeVisible()
  })
})
