import { api } from '@capstan/contract/api'
import type { Locator, Page } from '@playwright/test'
import { baseImage, people, tinyImage } from './support/people.ts'
import { expect, test, uniqueName } from './support/test.ts'

test('SES-01 SES-02 a session is started from the form, and told how far it is', async ({
  page,
  call,
}) => {
  const name = uniqueName('from-form')
  await page.goto('/sessions')
  await page.getByRole('link', { name: 'Start a session' }).first().click()
  const form = page.getByRole('dialog', { name: 'Start a session' })
  await form.getByRole('textbox', { name: 'Name', exact: true }).fill(name)
  await form.getByRole('combobox', { name: 'Environment' }).click()
  await page.getByRole('option', { name: baseImage }).click()
  await form.getByRole('textbox', { name: 'CPU' }).fill('0.2')
  await form.getByRole('textbox', { name: 'Memory', exact: true }).fill('0.5')
  await form.getByRole('button', { name: 'Add a variable' }).click()
  const variables = form.getByRole('group', { name: 'Environment variables' })
  await variables.getByRole('textbox', { name: 'Name' }).fill('GREETING')
  await variables.getByRole('textbox', { name: 'Value' }).fill('good morning')
  await form.getByRole('textbox', { name: 'Startup command' }).fill('echo "$GREETING to you"')
  await form.getByRole('button', { name: 'Start session' }).click()

  const drawer = page.getByRole('dialog', { name, exact: true })
  await expect(drawer.getByRole('status').first()).toContainText('Running', { timeout: 60_000 })
  await expect(drawer).toContainText('0.2 cores')
  await expect(drawer).toContainText('512 MiB')
  await expect(drawer).toContainText('GREETING')
  await expect(drawer).not.toContainText('good morning')

  await drawer.getByRole('tab', { name: 'History' }).click()
  const history = drawer.getByRole('tabpanel', { name: 'History' })
  // In between only what took its time.
  for (const status of ['Pending', 'Scheduled', 'Running'])
    await expect(history).toContainText(status)

  await drawer.getByRole('tab', { name: 'Log' }).click()
  await expect(drawer.getByRole('log')).toContainText('good morning to you')

  const id = new URL(page.url()).pathname.split('/')[2]!
  const session = await call(api.session.show, { id })
  expect(session.image.reference).toBe(baseImage)
  expect(session.resources).toMatchObject({ cpu: 0.2, mem: 512 * 2 ** 20 })
  await call(api.session.terminate, { ids: [id], force: false })
})

test('SES-01 the form says what is missing at its field, and keeps what was entered', async ({
  page,
}) => {
  await page.goto('/sessions/new')
  const form = page.getByRole('dialog', { name: 'Start a session' })
  await form.getByText('Batch', { exact: true }).click()
  await form.getByRole('textbox', { name: 'Name', exact: true }).fill('x')
  await form.getByRole('button', { name: 'Start session' }).click()
  await expect(form.getByRole('textbox', { name: 'Name', exact: true })).toHaveAttribute(
    'aria-invalid',
    'true',
  )
  await expect(form).toContainText('a batch session needs a command')
  await expect(form).toContainText('choose an environment')
  await page.keyboard.press('Escape')
  const asking = page.getByRole('dialog', { name: 'Leave without saving?' })
  await asking.getByRole('button', { name: 'Stay' }).click()
  await expect(form.getByRole('textbox', { name: 'Name', exact: true })).toHaveValue('x')
})

test('SES-01 a session is asked for that starts later and may make room, and its details and list say so', async ({
  page,
  call,
}) => {
  const group = uniqueName('urgent')
  const name = uniqueName('later')
  await call(api.group.create, { name: group, scheduler: 'priority', isPreemptionEnabled: true })
  await page.goto('/sessions/new')
  const form = page.getByRole('dialog', { name: 'Start a session' })
  await form.getByRole('textbox', { name: 'Name', exact: true }).fill(name)
  await form.getByRole('combobox', { name: 'Environment' }).click()
  await page.getByRole('option', { name: tinyImage }).click()
  const consent = form.getByRole('switch', { name: 'May be stopped to make room' })
  await expect(consent).toHaveCount(0)
  await form.getByRole('combobox', { name: 'Resource group' }).click()
  await page.getByRole('option', { name: group, exact: true }).click()
  await consent.check()
  await form.getByRole('combobox', { name: 'Resource group' }).click()
  await page.getByRole('option', { name: 'default', exact: true }).click()
  await expect(consent).toHaveCount(0)
  await form.getByRole('combobox', { name: 'Environment' }).click()
  await page.getByRole('option', { name: tinyImage }).click()
  await form.getByRole('textbox', { name: 'CPU' }).fill('0.1')
  await form.getByRole('textbox', { name: 'Priority' }).fill('40')
  await form.getByLabel('Start at').fill('2020-01-01T10:00')
  await form.getByRole('button', { name: 'Start session' }).click()
  await expect(form.getByText('a time to come is needed')).toBeVisible()
  await form.getByLabel('Start at').fill('2040-01-01T10:00')
  await form.getByRole('button', { name: 'Start session' }).click()
  const drawer = page.getByRole('dialog', { name, exact: true })
  await expect(drawer.getByText('Not before', { exact: true })).toBeVisible()
  await expect(drawer.getByText('Jan 1, 2040, 10:00:00 AM').first()).toBeVisible()
  const id = new URL(page.url()).pathname.split('/')[2]!
  // In this group nobody is stopped: the consent that was given for another one is not sent.
  expect(await call(api.session.show, { id })).toMatchObject({
    status: 'pending',
    priority: 40,
    isPreemptible: false,
  })
  await page.goto(`/sessions?name=${name}`)
  await page.getByRole('button', { name: 'Columns' }).click()
  await page.getByRole('checkbox', { name: 'Not before' }).check()
  await page.getByRole('checkbox', { name: 'May make room' }).check()
  await page.keyboard.press('Escape')
  const row = page.getByRole('row').filter({ hasText: name })
  await expect(row).toContainText(/in \d[\d,]* days/)
  await expect(row.getByRole('cell', { name: 'No', exact: true })).toBeVisible()
  await call(api.session.terminate, { ids: [id], force: false })
  await call(api.group.update, { name: group, isActive: false })
})

test.describe('by keyboard', () => {
  test.use({ who: 'nobody', expectedErrors: [/status of 401/] })

  test('ACC-01 SES-01 signing in and starting a session takes a keyboard only', async ({
    page,
    call,
  }) => {
    const name = uniqueName('by-keys')
    await page.goto('/sessions/new')
    await expect(page.getByLabel('E-mail')).toBeFocused()
    await page.keyboard.type(people.admin.email)
    await page.keyboard.press('Tab')
    await page.keyboard.type(people.admin.password)
    await page.keyboard.press('Enter')

    const form = page.getByRole('dialog', { name: 'Start a session' })
    await expect(form.getByRole('textbox', { name: 'Name', exact: true })).toBeFocused()
    await page.keyboard.press('ControlOrMeta+a')
    await page.keyboard.type(name)
    const image = form.getByRole('combobox', { name: 'Environment' })
    // Until it is known what there is to choose from, the Tab key passes it by.
    await expect(image).toBeEnabled()
    await tabTo(page, image)
    await page.keyboard.type('tiny')
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    await expect(image).toHaveValue(tinyImage)
    await tabTo(page, form.getByRole('textbox', { name: 'CPU' }))
    await page.keyboard.press('ControlOrMeta+a')
    await page.keyboard.type('0.1')
    await page.keyboard.press('Enter')
    const drawer = page.getByRole('dialog', { name, exact: true })
    await expect(drawer.getByRole('status').first()).toContainText('Running', { timeout: 60_000 })
    const id = new URL(page.url()).pathname.split('/')[2]!
    await call(api.session.terminate, { ids: [id], force: false })
  })
})

/** Presses Tab until the focus is there: as far as a page of ours can be long. */
async function tabTo(page: Page, target: Locator): Promise<void> {
  for (let step = 0; step < 40; step++) {
    await page.keyboard.press('Tab')
    if (await target.evaluate(element => element === document.activeElement)) return
  }
  throw new Error('the field cannot be reached with Tab')
}
