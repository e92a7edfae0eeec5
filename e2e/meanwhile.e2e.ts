import { api } from '@capstan/contract/api'
import type { Page } from '@playwright/test'
import { test } from './support/machines.ts'
import { tinyImage } from './support/people.ts'
import { expect, uniqueName } from './support/test.ts'

const password = 'engine-no-1'

/** Requests that wait until they are let go, as those to a slow server do. */
async function hold(page: Page, address: (url: URL) => boolean): Promise<() => void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  await page.route(address, async route => {
    await promise
    await route.continue()
  })
  return resolve
}

const newPerson = (given: { description?: string } = {}) => {
  const name = uniqueName('mean')
  return { email: `${name}@example.test`, name, password, ...given }
}

test.describe('where the event stream breaks off', () => {
  test.use({ expectedErrors: [/ERR_FAILED/] })

  test('USR-07 a form shows what is there when it opens, and puts back nothing that others change meanwhile', async ({
    page,
    call,
  }) => {
    const { id, email } = await call(api.user.create, newPerson({ description: 'first' }))
    // A stream that was lost and is there again makes the page read all that it shows.
    const changed = Promise.withResolvers<void>()
    await page.route(
      '**/api/v1/events',
      async route => {
        await changed.promise
        await route.abort()
      },
      { times: 1 },
    )
    await page.goto(`/users/${id}`)
    const drawer = page.getByRole('dialog', { name: email, exact: true })
    await expect(drawer).toContainText('first')
    await call(api.user.update, { id, description: 'second' })
    await drawer.getByRole('link', { name: 'Edit', exact: true }).click()
    const form = page.getByRole('dialog', { name: `Edit ${email}` })
    await expect(form.getByLabel('Description')).toHaveValue('second')
    await call(api.user.update, { id, description: 'third' })
    const isRead = page.waitForResponse(answer => answer.url().endsWith(`/api/v1/users/${id}`))
    changed.resolve()
    await isRead
    await form.getByLabel('Full name').fill('Ada Lovelace')
    await form.getByRole('button', { name: 'Save' }).click()
    await expect(drawer).toContainText('third')
    expect(await call(api.user.show, { id })).toMatchObject({
      fullName: 'Ada Lovelace',
      description: 'third',
    })
  })
})

test('PLS-01 limits that are tried out are those of the policy that is chosen, also when it was before', async ({
  page,
  call,
}) => {
  const [first, second] = [uniqueName('limits'), uniqueName('limits')]
  await call(api.keypairPolicy.create, { name: first, maxConcurrentCount: 5 })
  await call(api.keypairPolicy.create, { name: second, maxConcurrentCount: 9 })
  await page.goto('/scheduler/-/what-if?group=default')
  const drawer = page.getByRole('dialog', { name: 'Try out settings of default' })
  for (const [name, limit] of [
    [first, '5'],
    [second, '9'],
    [first, '5'],
  ] as const) {
    await drawer.getByRole('combobox', { name: 'Name' }).fill(name)
    await page.getByRole('option', { name, exact: true }).click()
    await expect(page).toHaveURL(new RegExp(name))
    await expect(drawer.getByRole('textbox', { name: 'Sessions at once' })).toHaveValue(limit)
  }
})

test('PLS-01 two settings that are changed in one moment are both tried out', async ({ page }) => {
  const settings = encodeURIComponent(JSON.stringify({ scheduler: 'priority' }))
  await page.goto(`/scheduler/-/what-if?group=default&settings=${settings}`)
  const drawer = page.getByRole('dialog', { name: 'Try out settings of default' })
  const switches = drawer.getByRole('switch')
  await expect(switches).toHaveCount(2)
  await switches.evaluateAll(all => {
    for (const each of all) if (each instanceof HTMLElement) each.click()
  })
  await expect(page).toHaveURL(/isPreemptionEnabled.*enforcesSpreading/)
  for (const each of await switches.all()) await expect(each).toBeChecked()
})

test('USR-02 two values of a filter that are chosen in one moment are both asked for', async ({
  page,
}) => {
  await page.goto('/users')
  await page.getByRole('button', { name: 'Filter by role' }).click()
  const choices = page.getByRole('dialog', { name: 'Filter by role' }).getByRole('checkbox')
  await expect(choices).not.toHaveCount(0)
  await choices.evaluateAll(all => {
    for (const each of all.slice(0, 2)) if (each instanceof HTMLElement) each.click()
  })
  await expect(page).toHaveURL(/role=\w+(,|%2C)\w+/)
  await expect(choices.nth(0)).toBeChecked()
  await expect(choices.nth(1)).toBeChecked()
})

test('GRP-05 what is to be entered about a machine is asked for once it is known what stands', async ({
  page,
  call,
  machines: { add },
}) => {
  const id = uniqueName('node')
  await add({ ids: [id] })
  await call(api.agent.drain, { id, mode: 'end' })
  const letGo = await hold(page, ({ pathname }) => pathname === `/api/v1/agents/${id}`)
  await page.goto(`/agents?change=drain&picked=${id}`)
  const dialog = page.getByRole('dialog', { name: `Drain ${id}` })
  await expect(dialog.getByRole('button', { name: 'Drain 1 machine' })).toBeDisabled()
  await expect(dialog.getByRole('radio')).toHaveCount(0)
  letGo()
  await expect(dialog.getByRole('radio', { name: 'End them at once' })).toBeChecked()
})

test('AGT-04 a question that somebody else has answered meanwhile is gone, and does not ask for the opposite', async ({
  page,
  call,
  machines: { add },
}) => {
  const id = uniqueName('node')
  await add({ ids: [id] })
  await page.goto(`/agents/${id}`)
  const drawer = page.getByRole('dialog', { name: id, exact: true })
  await drawer.getByRole('button', { name: 'Keep new sessions off' }).click()
  const question = page.getByRole('dialog', { name: `Keep new sessions off ${id}?` })
  await expect(question).toBeVisible()
  await call(api.agent.update, { id, isSchedulable: false })
  await expect(drawer.getByText('Takes new sessions: No')).toBeVisible()
  await expect(page.getByRole('dialog', { name: /new sessions/ })).toHaveCount(0)
  // Nor is it asked again, by itself, once that is undone.
  await call(api.agent.update, { id, isSchedulable: true })
  await expect(drawer.getByText('Takes new sessions: Yes')).toBeVisible()
  await expect(question).toHaveCount(0)
})

test('USR-14 users that were looked at are not what is created once the fields say something else', async ({
  page,
}) => {
  await page.goto('/users/-/many')
  const form = page.getByRole('dialog', { name: 'Create many users' })
  await form.getByLabel('Names begin with').fill(`${uniqueName('s')}-`)
  await form.getByLabel('How many').fill('3')
  await form.getByLabel('E-mail addresses are at').fill('uni.test')
  const letGo = await hold(page, ({ pathname }) => pathname === '/api/v1/jobs/preview')
  const isSeen = page.waitForResponse('**/api/v1/jobs/preview')
  await form.getByRole('button', { name: 'Check' }).click()
  await form.getByLabel('How many').fill('4')
  letGo()
  await isSeen
  const check = form.getByRole('button', { name: 'Check' })
  await expect(check).toBeEnabled()
  await check.click()
  await expect(form.getByText('4 users would be created')).toBeVisible()
})

test('SES-01 environments are offered once those of the chosen group are known', async ({
  page,
  call,
}) => {
  const group = uniqueName('queue')
  await call(api.group.create, { name: group })
  const letGo = await hold(
    page,
    ({ pathname, searchParams }) =>
      pathname === '/api/v1/images' && searchParams.get('resourceGroup') === group,
  )
  await page.goto('/sessions/new')
  const form = page.getByRole('dialog', { name: 'Start a session' })
  const image = form.getByRole('combobox', { name: 'Environment' })
  await image.click()
  await page.getByRole('option', { name: tinyImage }).click()
  await form.getByRole('combobox', { name: 'Resource group' }).click()
  await page.getByRole('option', { name: group, exact: true }).click()
  await expect(image).toBeDisabled()
  letGo()
  await expect(image).toHaveCount(0)
  await call(api.group.update, { name: group, isActive: false })
})
