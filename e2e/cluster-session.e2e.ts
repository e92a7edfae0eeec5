import { api } from '@capstan/contract/api'
import type { Locator, Page } from '@playwright/test'
import { expectUsable } from './support/access.ts'
import { fakeImage, test } from './support/machines.ts'
import { expect, uniqueName, waitFor } from './support/test.ts'

/** The form, filled in but for what a test is about. */
async function fillForm(page: Page, name: string, group: string): Promise<Locator> {
  await page.goto('/sessions/new')
  const form = page.getByRole('dialog', { name: 'Start a session' })
  await form.getByRole('textbox', { name: 'Name', exact: true }).fill(name)
  await form.getByRole('combobox', { name: 'Resource group' }).click()
  await page.getByRole('option', { name: group, exact: true }).click()
  await form.getByRole('combobox', { name: 'Environment' }).click()
  await page.getByRole('option', { name: fakeImage.reference }).click()
  return form
}

/** What the server refuses. */
test.use({ expectedErrors: [/status of (409|422)/] })

const idOf = (page: Page): string => new URL(page.url()).pathname.split('/')[2]!

test('SES-01 SES-06 a session of several containers is asked for, told what it takes in all, and shows each of them with its machine', async ({
  page,
  call,
  machines,
}) => {
  const name = uniqueName('cluster')
  const ids = [uniqueName('node'), uniqueName('node')]
  await machines.add({ ids, capacity: { cpu: 2, mem: 4 * 2 ** 30 } })
  const form = await fillForm(page, name, machines.group)
  await form.getByRole('textbox', { name: 'CPU' }).fill('0.7')
  const containers = form.getByRole('textbox', { name: 'Containers' })
  await expect(form.getByText('On one machine')).toHaveCount(0)
  await containers.fill('3')
  await expect(form.getByText('In all: 2.1 cores · 3 GiB')).toBeVisible()
  await expect(form.getByText('All of them start, or none does.')).toBeVisible()
  // Neither machine alone has room for three: the server says so at the field.
  await form.getByRole('button', { name: 'Start session' }).click()
  await expect(
    form.getByText(/3 containers are asked for; any agent of .* can hold 2/),
  ).toBeVisible()
  await form.getByText('On one or several', { exact: true }).click()
  await form.getByRole('button', { name: 'Start session' }).click()

  const drawer = page.getByRole('dialog', { name, exact: true })
  await expect(drawer.getByRole('status').first()).toContainText('Running', { timeout: 60_000 })
  await expect(drawer).toContainText('(0.7 cores · 1 GiB) × 3')
  await expect(drawer).toContainText('3 containers on one or several machines')
  await drawer.getByRole('tab', { name: 'Containers' }).click()
  await expect(drawer.getByText('3 running')).toBeVisible()
  const { kernels } = await call(api.session.show, { id: idOf(page) })
  expect(kernels.map(({ hostname }) => hostname)).toEqual(['main1', 'sub1', 'sub2'])
  for (const { hostname, agentId } of kernels)
    await expect(
      drawer.getByRole('button', { name: new RegExp(`${hostname}.*Running.*${agentId}`) }),
    ).toBeVisible()
  expect(new Set(kernels.map(({ agentId }) => agentId))).toEqual(new Set(ids))
  await drawer.getByRole('button', { name: /^sub2/ }).click()
  await expect(drawer.getByRole('link', { name: kernels[2]!.agentId! })).toBeVisible()
  await drawer.getByRole('link', { name: 'Log of sub2' }).click()
  await expect(page).toHaveURL(/tab=log.*container=sub2|container=sub2.*tab=log/)
  await expect(drawer.getByLabel('Container', { exact: true })).toHaveValue('sub2')
  await drawer.getByLabel('Container', { exact: true }).selectOption('main1')
  await expect(page).toHaveURL(/container=main1/)
  await page.goto(`/sessions?name=${name}`)
  await expect(page.getByRole('row').filter({ hasText: name })).toContainText('× 3')
})

test('SES-01 a session is asked for that starts after others, and says for which it waits and how they stand', async ({
  page,
  call,
  machines,
}) => {
  const [first, second] = [uniqueName('first'), uniqueName('second')]
  await machines.add({ ids: [uniqueName('node')] })
  await fillForm(page, first, machines.group)
  await page.getByRole('button', { name: 'Start session' }).click()
  await expect(page.getByRole('dialog', { name: first, exact: true })).toBeVisible()
  const firstId = idOf(page)
  await waitFor(call, firstId, 'running')

  const form = await fillForm(page, second, machines.group)
  await form.getByRole('combobox', { name: 'Start after' }).fill(first)
  await page.getByRole('option', { name: `${first} · Running` }).click()
  await form.getByRole('button', { name: 'Start session' }).click()
  const drawer = page.getByRole('dialog', { name: second, exact: true })
  await expect(drawer.getByText('Running · waited for')).toBeVisible()
  await expect(drawer.getByRole('status').first()).toContainText('Pending')
  const secondId = idOf(page)
  await expectUsable(page)
  await drawer.getByRole('link', { name: first }).click()
  await expect(page.getByRole('dialog', { name: first, exact: true })).toBeVisible()
  await page.goBack()
  await call(api.session.terminate, { ids: [firstId], force: false })
  await expect(drawer.getByText('Ended · done')).toBeVisible()
  await waitFor(call, secondId, 'running')
})

test('SES-01 a session that was cancelled meanwhile is refused as one to wait for, at the field', async ({
  page,
  call,
  startSession,
  machines,
}) => {
  const [first, second] = [uniqueName('first'), uniqueName('second')]
  const empty = uniqueName('queue')
  await call(api.group.create, { name: empty })
  await machines.add({ ids: [uniqueName('node')] })
  const { id } = await startSession({ name: first, group: empty, until: 'created' })
  const form = await fillForm(page, second, machines.group)
  await form.getByRole('combobox', { name: 'Start after' }).fill(first)
  await page.getByRole('option', { name: `${first} · Pending` }).click()
  await call(api.session.terminate, { ids: [id], force: false })
  await form.getByRole('button', { name: 'Start session' }).click()
  await expect(form.getByText(`${first} was cancelled`)).toBeVisible()
  await call(api.group.update, { name: empty, isActive: false })
})
