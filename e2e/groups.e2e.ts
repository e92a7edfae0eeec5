import { api } from '@capstan/contract/api'
import { expectUsable } from './support/access.ts'
import { expect, test, uniqueName } from './support/test.ts'

test('GRP-01 GRP-02 a resource group is created with all that it can be given, each value checked as it is entered', async ({
  page,
  call,
}) => {
  const name = uniqueName('lab')
  const { mainAccessKey: accessKey, email, projects } = await call(api.account.show, {})
  await page.goto('/agents')
  await page.getByRole('navigation', { name: 'Resources' }).getByText('Resource groups').click()
  await page.getByRole('link', { name: 'Create a resource group' }).click()
  const form = page.getByRole('dialog', { name: 'Create a resource group' })
  await expect(page).toHaveURL(/\/resource-groups\/-\/new/)
  const options = page.getByRole('listbox')
  const field = (label: string) => form.getByRole('textbox', { name: label, exact: true })
  await field('Name').fill('not a name')
  await field('Name').blur()
  await expect(field('Name')).toHaveAttribute('aria-invalid', 'true')
  await field('Name').fill('default')
  await field('Description').fill('Machines of the lab')
  await form.getByRole('switch', { name: /^Public / }).uncheck()
  await form.getByLabel('Scheduler', { exact: true }).selectOption('drf')
  await form.getByLabel('Agent selection', { exact: true }).selectOption('concentrated')
  for (const type of ['Interactive', 'Batch', 'Inference']) await form.getByLabel(type).uncheck()
  await form.getByLabel('Longest wait: For ever').uncheck()
  await field('Longest wait').fill('7200')
  await form.getByLabel('Tries before others go first: As the').uncheck()
  await field('Tries before others go first').fill('1001')
  await field('Tries before others go first').blur()
  await expect(field('Tries before others go first')).toHaveAttribute('aria-invalid', 'true')
  await field('Tries before others go first').fill('5')
  await form.getByLabel('Spread the replicas of a model service').check()
  await field('Address of the proxy').fill('https://apps.lab.example')
  await form.getByLabel('Token of the proxy').fill('sixteen-letters-1')
  await form.getByRole('combobox', { name: 'Domains' }).fill('default')
  await options.getByRole('option', { name: 'default', exact: true }).click()
  await form.getByRole('combobox', { name: 'Projects' }).fill(projects[0]!.name)
  await options.getByRole('option', { name: new RegExp(`^${projects[0]!.name} `) }).click()
  await form.getByRole('combobox', { name: 'Keypairs' }).fill(email)
  await options.getByRole('option', { name: accessKey }).click()
  const submit = form.getByRole('button', { name: 'Create a resource group' })
  await submit.click()
  await expect(form.getByText('at least 1', { exact: true })).toBeVisible()
  await form.getByLabel('Batch').check()
  await submit.click()
  await expect(form.getByText('default is taken')).toBeVisible()
  await field('Name').fill(name)
  await submit.click()
  await expect(form).toHaveCount(0)
  await page.getByRole('textbox', { name: 'Filter by name' }).fill(name)
  const row = page.getByRole('row').filter({ hasText: name })
  await expect(row).toContainText('DRF')
  await expect(row).toContainText('Concentrated')
  expect(await call(api.group.show, { name })).toMatchObject({
    description: 'Machines of the lab',
    isActive: true,
    isPublic: false,
    scheduler: 'drf',
    selector: 'concentrated',
    allowedSessionTypes: ['batch'],
    pendingTimeoutS: 7200,
    retriesToSkip: 5,
    creationRetries: null,
    enforcesSpreading: true,
    proxyAddress: 'https://apps.lab.example',
    hasProxyToken: true,
    access: {
      domains: ['default'],
      projects: [{ id: projects[0]!.id }],
      keypairs: [{ accessKey }],
    },
  })
})
// What the form refuses, the server did not see; a taken name and a group in use, it did.
test.use({ expectedErrors: [/status of 409/] })

test('GRP-02 an edited resource group keeps its name and what was not touched, its token too', async ({
  page,
  call,
}) => {
  const name = uniqueName('lab')
  await call(api.group.create, { name, proxyToken: 'sixteen-letters-1', retriesToSkip: 4 })
  await page.goto(`/resource-groups/${name}`)
  const form = page.getByRole('dialog', { name: `Edit resource group ${name}` })
  await expect(form.getByRole('textbox', { name: 'Name', exact: true })).not.toBeEditable()
  await form.getByLabel('Scheduler', { exact: true }).selectOption('priority')
  await form.getByLabel('End sessions for more urgent ones').check()
  await form.getByRole('button', { name: 'Save' }).click()
  await expect(form).toHaveCount(0)
  expect(await call(api.group.show, { name })).toMatchObject({
    scheduler: 'priority',
    isPreemptionEnabled: true,
    retriesToSkip: 4,
    hasProxyToken: true,
  })
  await page.goto(`/resource-groups/${name}`)
  await form.getByLabel('Take the token away').check()
  await form.getByRole('button', { name: 'Save' }).click()
  await expect(form).toHaveCount(0)
  expect((await call(api.group.show, { name })).hasProxyToken).toBe(false)
})

test('GRP-01 GRP-03 a resource group is deactivated after a question, found among the inactive ones, and deleted', async ({
  page,
  call,
}) => {
  const name = uniqueName('lab')
  await call(api.group.create, { name })
  await page.goto(`/resource-groups?name=${name}`)
  await page.getByRole('button', { name: `Deactivate: ${name}` }).click()
  const question = page.getByRole('dialog', { name: `Deactivate resource group ${name}?` })
  await question.getByRole('button', { name: 'Deactivate' }).click()
  const row = page.getByRole('row').filter({ hasText: name })
  await expect(row).toHaveCount(0)
  expect((await call(api.group.show, { name })).isActive).toBe(false)
  await page.getByRole('radiogroup').getByText('Inactive', { exact: true }).click()
  await expect(row).toContainText('Inactive')
  await page.getByRole('button', { name: `Delete: ${name}` }).click()
  const dialog = page.getByRole('dialog', { name: `Delete resource group ${name}?` })
  await dialog.getByRole('button', { name: 'Delete' }).click()
  await expect(row).toHaveCount(0)
  expect((await call(api.group.list, { reach: 'all', name })).items).toEqual([])
})

test('GRP-01 a resource group that agents and sessions refer to is not deleted, and it is said how many do', async ({
  page,
  call,
}) => {
  await page.goto('/resource-groups?name=default')
  await page.getByRole('button', { name: 'Delete: default', exact: true }).click()
  const dialog = page.getByRole('dialog', { name: 'Delete resource group default?' })
  await dialog.getByRole('button', { name: 'Delete' }).click()
  await expect(dialog.getByRole('alert')).toContainText(/\d+ agent/)
  expect(await call(api.group.show, { name: 'default' })).toMatchObject({ isActive: true })
})

test('the list and the form of resource groups can be used by everybody, and on a phone', async ({
  page,
}) => {
  await page.goto('/resource-groups?name=default')
  await expect(page.getByRole('link', { name: 'default', exact: true })).toBeVisible()
  await expectUsable(page)
  await page.goto('/resource-groups/default')
  await expect(page.getByRole('dialog', { name: 'Edit resource group default' })).toBeVisible()
  await expectUsable(page)
})
