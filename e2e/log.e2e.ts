import { api } from '@capstan/contract/api'
import { people } from './support/people.ts'
import { signedIn } from './support/signed-in.ts'
import { expectUsable } from './support/access.ts'
import { expect, test, uniqueName } from './support/test.ts'

test.use({ expectedErrors: [/status of 409/] })

const newPerson = () => {
  const name = uniqueName('log')
  return { email: `${name}@example.test`, name, password: 'engine-no-1' }
}

test('PLS-05 an operation is found in the log, opened, and undone there; a second time it says why not', async ({
  page,
  call,
}) => {
  const person = newPerson()
  const { id, email } = await call(api.user.create, person)
  await call(api.user.update, { id, description: 'Keeps the books' })
  await page.goto('/users')
  await page.getByRole('link', { name: 'Log', exact: true }).click()
  await page.getByRole('textbox', { name: 'Filter by subject' }).fill(email)
  await expect(page).toHaveURL(/target=/)
  await expect(page.getByRole('row')).toHaveCount(3)
  await page.getByRole('link', { name: `Changed the user ${email}` }).click()
  const drawer = page.getByRole('dialog', { name: `Changed the user ${email}` })
  const change = drawer.getByRole('row', { name: 'Description' })
  await expect(change.getByRole('cell')).toHaveText(['–', 'Keeps the books'])
  await expect(drawer).toContainText(people.admin.email)

  await drawer.getByRole('button', { name: 'Undo' }).click()
  await expect(page.getByRole('status').filter({ hasText: 'Undone:' })).toContainText(email)
  await expect(drawer.getByText('Undone', { exact: true })).toBeVisible()
  expect(await call(api.user.show, { id })).toMatchObject({ description: '' })

  const again = drawer.getByRole('button', { name: 'Undo' })
  await expect(again).toHaveAttribute('aria-disabled', 'true')
  await expect(again).toHaveAccessibleDescription('It was undone already')
  await drawer.getByRole('link', { name: 'that operation' }).click()
  await expect(page.getByRole('dialog', { name: `Undo: Changed the user ${email}` })).toBeVisible()
})

test('PLS-05 what was just done is undone from its toast with the keyboard alone, and the toast is read out once', async ({
  page,
  call,
}) => {
  const { id, email } = await call(api.user.create, newPerson())
  await page.goto(`/users/${id}`)
  const drawer = page.getByRole('dialog', { name: email, exact: true })
  await drawer.getByRole('button', { name: 'Deactivate' }).click()
  await page
    .getByRole('dialog', { name: `Deactivate ${email}?` })
    .getByRole('button', { name: 'Deactivate' })
    .click()
  const toast = page.getByRole('status').filter({ hasText: `${email} is inactive` })
  const undo = toast.getByRole('button', { name: 'Undo' })
  await expect(undo).toBeVisible({ timeout: 30_000 })
  expect(await call(api.user.show, { id })).toMatchObject({ status: 'inactive' })
  await expect(page.getByRole('alert')).toHaveCount(0)

  await page.keyboard.press('u')
  await expect(undo).toBeFocused()
  await page.keyboard.press('Enter')
  await expect(page.getByText(`Undone: Deactivated the user ${email}`)).toBeVisible()
  expect(await call(api.user.show, { id })).toMatchObject({ status: 'active' })
})

test('PLS-05 the offer to undo does not lie over the buttons of the next form', async ({
  page,
  call,
}) => {
  const { id, email } = await call(api.user.create, newPerson())
  await page.goto(`/users/${id}/edit`)
  const form = page.getByRole('dialog', { name: `Edit ${email}` })
  await form.getByLabel('Description').fill('first')
  await form.getByRole('button', { name: 'Save' }).click()
  await expect(page.getByRole('status').getByRole('button', { name: 'Undo' })).toBeVisible()
  await page.getByRole('link', { name: 'Edit', exact: true }).click()
  await form.getByLabel('Description').fill('second')
  // Sooner than the offer goes by itself.
  await form.getByRole('button', { name: 'Save' }).click({ timeout: 5000 })
  await expect(form).toHaveCount(0)
  expect(await call(api.user.show, { id })).toMatchObject({ description: 'second' })
})

test('PLS-05 an undo that somebody else’s change stands against is refused in words, once', async ({
  page,
  call,
}) => {
  const { id, email } = await call(api.user.create, newPerson())
  await page.goto(`/users/${id}/edit`)
  const form = page.getByRole('dialog', { name: `Edit ${email}` })
  await form.getByLabel('Description').fill('mine')
  await form.getByRole('button', { name: 'Save' }).click()
  const undo = page.getByRole('status').getByRole('button', { name: 'Undo' })
  await expect(undo).toBeVisible({ timeout: 30_000 })
  await call(api.user.update, { id, description: 'theirs' })
  await undo.click()
  const alert = page.getByRole('alert')
  await expect(alert).toContainText('this is different now: description')
  await expect(alert).toHaveCount(1)
  expect(await call(api.user.show, { id })).toMatchObject({ description: 'theirs' })
})

test('PLS-05 what was refused says why and what to do, and is tried again as it was', async ({
  page,
  call,
}) => {
  const name = uniqueName('taken')
  const first = await call(api.project.create, { name })
  await call(api.project.create, { name, description: 'Reads old maps' }).catch(() => undefined)
  await page.goto(`/log?target=${name}&outcome=failed`)
  await page.getByRole('link', { name: `Could not create the project ${name}` }).click()
  const drawer = page.getByRole('dialog', { name: `Could not create the project ${name}` })
  await expect(drawer.getByRole('region', { name: 'Why it failed' })).toContainText(
    'there is a project of this name in the domain',
  )
  await expect(drawer).toContainText('Mend the cause, then try again here')
  const retry = drawer.getByRole('button', { name: 'Try again' })
  await retry.click()
  await expect(page.getByRole('alert')).toContainText('there is a project of this name')
  await call(api.project.update, { id: first.id, name: `${name}-2` })
  await retry.click()
  await expect(page.getByText(`This worked now: Created the project`)).toBeVisible()
  const { items } = await call(api.project.list, { name })
  expect(items.map(({ description }) => description)).toContain('Reads old maps')
})

test('PLS-05 the log is filtered by kind, outcome and time, with all of that in the address', async ({
  page,
  call,
}) => {
  const { email } = await call(api.user.create, newPerson())
  await page.goto(`/log?target=${email}`)
  await expect(page.getByRole('row')).toHaveCount(2)
  await page.getByRole('button', { name: 'Filter by when' }).click()
  await page.getByLabel('From').fill('2020-01-01T00:00')
  await page.getByLabel('Until').fill('2020-01-02T00:00')
  await page.keyboard.press('Enter')
  await expect(page.getByText('Nothing matches these filters')).toBeVisible()
  await page.reload()
  await expect(page.getByText('Nothing matches these filters')).toBeVisible()
  await page.getByRole('button', { name: /^Remove: When/ }).click()
  await expect(page.getByRole('row')).toHaveCount(2)
  await page.getByRole('button', { name: 'Filter by what' }).click()
  await page.getByRole('checkbox', { name: 'Projects' }).click()
  await expect(page.getByText('Nothing matches these filters')).toBeVisible()
})

test('PLS-05 the log can be used by everybody, and on a phone', async ({ page, call }) => {
  const { email } = await call(api.user.create, newPerson())
  await page.goto(`/log?target=${email}`)
  await expect(page.getByRole('link', { name: `Created the user ${email}` })).toBeVisible()
  await expectUsable(page)
})

test('PLS-05 an operation can be looked at by everybody, and on a phone', async ({
  page,
  call,
}) => {
  const { id, email } = await call(api.user.create, newPerson())
  await call(api.user.update, { id, role: 'admin', description: 'Keeps the books' })
  const { items } = await call(api.operation.list, { target: email, limit: 1 })
  await page.goto(`/log/${items[0]!.id}`)
  await expect(page.getByRole('heading', { name: 'What changed' })).toBeVisible()
  await expectUsable(page)
})

test.describe('as somebody who administers nothing', () => {
  test.use({ who: 'user' })

  test('PLS-05 people find their own operations in the log, and nobody else’s', async ({
    page,
    call,
    url,
  }) => {
    const { email } = await call(api.user.create, newPerson())
    const own = await signedIn(url, people.user)
    await own(api.account.update, { fullName: uniqueName('Bob') })
    await page.goto('/log')
    await expect(page.getByRole('link', { name: 'Changed one’s own names' }).first()).toBeVisible()
    await expect(page.getByText(people.admin.email)).toHaveCount(0)
    await page.getByRole('textbox', { name: 'Filter by subject' }).fill(email)
    await expect(page.getByText('Nothing matches these filters')).toBeVisible()
  })
})
