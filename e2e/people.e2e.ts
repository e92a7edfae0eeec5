import { api } from '@capstan/contract/api'
import type { Call } from '@capstan/contract/client'
import { expect, test, uniqueName } from './support/test.ts'

// The browser itself reports what the server refused.
test.use({ expectedErrors: [/status of 409/] })

const password = 'engine-no-1'

async function addPerson(call: Call, given: { description?: string } = {}) {
  const name = uniqueName('per')
  return call(api.user.create, { email: `${name}@example.test`, name, password, ...given })
}

test('USR-01 the list shows e-mail, user name, role, description, status and since when', async ({
  page,
  call,
}) => {
  const { email, name } = await addPerson(call, { description: 'Runs the telescope' })
  await page.goto(`/users?email=${email}`)
  for (const column of ['E-mail', 'User name', 'Role', 'Description', 'Status', 'Created'])
    await expect(page.getByRole('columnheader', { name: column })).toBeVisible()
  const row = page.getByRole('row').filter({ hasText: email })
  for (const text of [name, 'User', 'Runs the telescope', 'Active', /second|now/])
    await expect(row.getByText(text).first()).toBeVisible()
})

test('USR-02 filters in the headers combine, and chips take each away', async ({ page, call }) => {
  const word = uniqueName('tele')
  const { email } = await addPerson(call, { description: `Runs the ${word}` })
  await addPerson(call, { description: `Cleans the ${word}` })
  await page.goto('/users')
  const filter = async (column: string, text: string): Promise<void> => {
    await page.getByRole('button', { name: `Filter by ${column}` }).click()
    const dialog = page.getByRole('dialog', { name: `Filter by ${column}` })
    await dialog.getByPlaceholder('Contains…').fill(text)
    await dialog.getByPlaceholder('Contains…').press('Enter')
    await expect(dialog).toHaveCount(0)
  }
  await filter('description', word)
  await expect(page.getByRole('row')).toHaveCount(3)
  await filter('user name', email.split('@')[0]!)
  await expect(page.getByRole('row')).toHaveCount(2)
  await page.getByRole('button', { name: 'Filter by role' }).click()
  await page.getByRole('checkbox', { name: 'Superadmin' }).click()
  await page.keyboard.press('Escape')
  await expect(page.getByText('Nothing matches these filters')).toBeVisible()
  await page.getByRole('button', { name: 'Remove: Role: Superadmin' }).click()
  await expect(page.getByRole('link', { name: email })).toBeVisible()
})

test('USR-03 USR-08 USR-10 domain, status, policy and switches of a person are set in one dialog', async ({
  page,
  call,
}) => {
  const [domain, policy, name] = [uniqueName('dom'), uniqueName('pol'), uniqueName('per')]
  await call(api.domain.create, { name: domain })
  await call(api.userPolicy.create, { name: policy })
  const email = `${name}@example.test`
  await page.goto('/users/new')
  const form = page.getByRole('dialog', { name: 'Create a user' })
  await form.getByLabel('E-mail').fill(email)
  await form.getByLabel('User name').fill(name)
  await form.getByRole('textbox', { name: /^Password( \*)?$/ }).fill(password)
  await form.getByLabel('Password again').fill(password)
  await form.getByLabel('Status').selectOption('before-verification')
  await form.getByRole('combobox', { name: 'Domain' }).fill(domain)
  await page.getByRole('option', { name: domain, exact: true }).click()
  await form.getByRole('combobox', { name: 'User policy' }).fill(policy)
  await page.getByRole('option', { name: policy, exact: true }).click()
  await form.getByLabel('Allow sudo in sessions').check()
  await form.getByLabel('Ask them to change their password').check()
  await form.getByRole('button', { name: 'Create a user' }).click()
  const drawer = page.getByRole('dialog', { name: email, exact: true })
  await expect(drawer.getByText('Before verification')).toBeVisible()
  await expect(drawer.getByRole('link', { name: domain })).toBeVisible()
  await expect(drawer.getByRole('link', { name: 'model-store' })).toBeVisible()
  const { items } = await call(api.user.list, { email })
  expect(items[0]).toMatchObject({
    status: 'before-verification',
    domainName: domain,
    policy,
    isSudoEnabled: true,
    isPasswordChangeRequired: true,
  })

  await drawer.getByRole('link', { name: 'Edit' }).click()
  const edit = page.getByRole('dialog', { name: `Edit ${email}` })
  await expect(edit.getByLabel('E-mail')).toHaveCount(0)
  await expect(edit.getByRole('switch', { name: 'Two-factor sign-in' })).toBeDisabled()
  await edit.getByLabel('Status').selectOption('active')
  await edit.getByLabel('Allow sudo in sessions').uncheck()
  await edit.getByRole('button', { name: 'Save' }).click()
  await expect(drawer.getByText('Active').first()).toBeVisible()
  expect((await call(api.user.list, { email })).items[0]).toMatchObject({
    status: 'active',
    isSudoEnabled: false,
  })
})

test('USR-11 USR-13 the trash icon asks, keeps the person, and leaves their keypairs unless one says otherwise', async ({
  page,
  call,
}) => {
  const first = await addPerson(call)
  const second = await addPerson(call)
  for (const [user, isToo] of [
    [first, false],
    [second, true],
  ] as const) {
    await page.goto(`/users?email=${user.email}`)
    await page.getByRole('button', { name: `Deactivate: ${user.email}` }).click()
    const question = page.getByRole('dialog', { name: `Deactivate ${user.email}?` })
    const keypairs = question.getByLabel('Deactivate their keypairs too')
    await expect(keypairs).not.toBeChecked()
    if (isToo) await keypairs.check()
    await question.getByRole('button', { name: 'Deactivate' }).click()
    await expect(page.getByRole('link', { name: user.email })).toHaveCount(0)
    expect((await call(api.user.show, { id: user.id })).status).toBe('inactive')
    const { isActive } = await call(api.keypair.show, { accessKey: user.mainAccessKey })
    expect(isActive).toBe(!isToo)
  }
})

test('the last superadmin cannot be deactivated: the page says why', async ({ page, call }) => {
  const { email } = await call(api.account.show, {})
  await page.goto(`/users?email=${email}`)
  await page.getByRole('button', { name: `Deactivate: ${email}` }).click()
  const question = page.getByRole('dialog', { name: `Deactivate ${email}?` })
  await expect(question).toContainText('This is your own account')
  await question.getByRole('button', { name: 'Deactivate' }).click()
  await expect(page.getByRole('alert').first()).toContainText(
    'Make somebody else a superadmin first',
  )
  await expect(page.getByRole('link', { name: email })).toBeVisible()
})
