import { api } from '@capstan/contract/api'
import type { Locator, Page } from '@playwright/test'
import { expect, test, uniqueName } from './support/test.ts'

// A picture of the page at each of some hundred keys would take longer than the keys.
test.use({ trace: 'off' })

/** Presses Tab until the thing has the focus. Fails where no number of steps leads there. */
async function tabTo(page: Page, target: Locator): Promise<void> {
  // Not visible: a choice of several is drawn by its words.
  await expect(target).toBeAttached()
  for (let step = 0; step < 120; step++) {
    if (await target.evaluate(element => element === document.activeElement)) return
    await page.keyboard.press('Tab')
  }
  throw new Error(`the Tab key does not lead to ${target.toString()}`)
}

async function press(page: Page, target: Locator, key = 'Enter'): Promise<void> {
  await tabTo(page, target)
  await page.keyboard.press(key)
}

async function type(page: Page, target: Locator, text: string): Promise<void> {
  await tabTo(page, target)
  await page.keyboard.press('Control+A')
  await page.keyboard.type(text)
}

/** Leaves one row in the list that is shown. */
async function find(page: Page, text: string): Promise<void> {
  await page.keyboard.press('/')
  await expect(page.getByRole('textbox', { name: /^Filter by/ })).toBeFocused()
  await page.keyboard.type(text)
  await expect(page.getByRole('row')).toHaveCount(2)
}

test('USR-03 USR-07 USR-11 a person is created, changed and deactivated from the keyboard alone', async ({
  page,
  call,
}) => {
  const name = uniqueName('keys')
  const email = `${name}@example.test`
  await page.goto('/')
  await press(page, page.getByRole('link', { name: 'Users' }))
  await press(page, page.getByRole('link', { name: 'Create a user' }))
  const form = page.getByRole('dialog', { name: 'Create a user' })
  await expect(form.getByLabel('E-mail')).toBeFocused()
  await page.keyboard.type(email)
  await type(page, form.getByLabel('User name'), name)
  await type(page, form.getByRole('textbox', { name: /^Password( \*)?$/ }), 'engine-no-1')
  await type(page, form.getByLabel('Password again'), 'engine-no-1')
  await press(page, form.getByRole('button', { name: 'Create' }))

  const drawer = page.getByRole('dialog', { name: email, exact: true })
  await press(page, drawer.getByRole('link', { name: 'Edit' }))
  const edit = page.getByRole('dialog', { name: `Edit ${email}` })
  await type(page, edit.getByLabel('Description'), 'Types')
  await press(page, edit.getByRole('button', { name: 'Save' }))
  await expect(drawer).toContainText('Types')

  await press(page, drawer.getByRole('button', { name: 'Deactivate', exact: true }))
  const question = page.getByRole('dialog', { name: `Deactivate ${email}?` })
  await press(page, question.getByRole('button', { name: 'Deactivate', exact: true }))
  await expect(drawer.getByRole('button', { name: 'Activate', exact: true })).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(drawer).toHaveCount(0)
  const { items } = await call(api.user.list, { email })
  expect(items).toMatchObject([{ status: 'inactive', description: 'Types' }])
})

test('KEY-04 KEY-05 KEY-06 a keypair is found, limited, deactivated and deleted from the keyboard alone', async ({
  page,
  call,
}) => {
  const name = uniqueName('keys')
  const email = `${name}@example.test`
  const { id: userId } = await call(api.user.create, { email, name, password: 'engine-no-1' })
  const { accessKey } = await call(api.keypair.create, { userId })
  await page.goto('/credentials')
  await expect(page.getByRole('heading', { name: 'Credentials', exact: true })).toBeVisible()
  await find(page, accessKey)
  await press(page, page.getByRole('button', { name: `Settings: ${accessKey}` }))
  const form = page.getByRole('dialog', { name: `Settings: ${accessKey}` })
  await type(page, form.getByRole('textbox', { name: 'Requests in 15 min' }), '5000')
  await press(page, form.getByRole('button', { name: 'Save' }))
  await expect.poll(async () => (await call(api.keypair.show, { accessKey })).rateLimit).toBe(5000)
  const drawer = page.getByRole('dialog', { name: accessKey, exact: true })
  await expect(drawer).toContainText('5,000')
  await page.keyboard.press('Escape')
  await expect(drawer).toHaveCount(0)
  await press(page, page.getByRole('button', { name: `Deactivate: ${accessKey}` }))
  const question = page.getByRole('dialog', { name: 'Deactivate this keypair?' })
  await press(page, question.getByRole('button', { name: 'Deactivate' }))
  await expect(page.getByText('Nothing matches these filters')).toBeVisible()
  await press(page, page.getByRole('radio', { name: 'Active', exact: true }), 'ArrowRight')
  await press(page, page.getByRole('button', { name: `Delete: ${accessKey}` }))
  await press(page, page.getByRole('dialog').getByRole('button', { name: 'Delete' }))
  await expect(page.getByRole('link', { name: accessKey })).toHaveCount(0)
})

test('POL-02 POL-03 a policy is created and deleted from the keyboard alone', async ({
  page,
  call,
}) => {
  const name = uniqueName('keys')
  await page.goto('/')
  await press(page, page.getByRole('link', { name: 'Resource policy' }))
  await press(page, page.getByRole('link', { name: 'Create a policy' }))
  const form = page.getByRole('dialog', { name: 'Create a policy' })
  await expect(form.getByRole('textbox', { name: 'Name' })).toBeFocused()
  await page.keyboard.type(name)
  await press(page, form.getByRole('checkbox', { name: /Unlimited/ }).first(), 'Space')
  await type(page, form.getByRole('textbox', { name: 'CPU' }).first(), '8')
  await press(page, form.getByRole('button', { name: 'Create' }))
  await expect
    .poll(async () => (await call(api.keypairPolicy.list, { name })).items)
    .toMatchObject([{ name, maxResources: { cpu: 8 } }])
  await expect(form).toHaveCount(0)
  await find(page, name)
  await press(page, page.getByRole('button', { name: `Delete: ${name}` }))
  await press(page, page.getByRole('dialog').getByRole('button', { name: 'Delete' }))
  await expect(page.getByRole('row', { name })).toHaveCount(0)
})
