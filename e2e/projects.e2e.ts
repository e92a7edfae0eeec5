import { api } from '@capstan/contract/api'
import type { Call } from '@capstan/contract/client'
import { expect, test, uniqueName } from './support/test.ts'

test.use({ expectedErrors: [/status of 4\d\d/] })

const addPeople = (call: Call, count: number): Promise<{ id: string; email: string }[]> =>
  Promise.all(
    Array.from({ length: count }, () => {
      const name = uniqueName('mem')
      const email = `${name}@example.test`
      return call(api.user.create, { email, name, password: 'engine-no-1', projectIds: [] })
    }),
  )

test('PRJ-01 a project is created, edited, deactivated and brought back', async ({
  page,
  call,
}) => {
  const name = uniqueName('proj')
  await page.goto(`/projects?name=${name}`)
  await page.getByRole('link', { name: 'Create a project' }).click()
  const form = page.getByRole('dialog', { name: 'Create a project' })
  await form.getByRole('textbox', { name: 'Name' }).fill('default')
  await form.getByRole('button', { name: 'Create a project' }).click()
  await expect(
    form.getByText('there is a project of this name in the domain', { exact: true }),
  ).toBeVisible()
  await form.getByRole('textbox', { name: 'Name' }).fill(name)
  await form.getByRole('textbox', { name: 'Description' }).fill('Reads old maps')
  await form.getByRole('button', { name: 'Create a project' }).click()
  const drawer = page.getByRole('dialog', { name, exact: true })
  await expect(drawer.getByText('Reads old maps')).toBeVisible()
  await drawer.getByRole('link', { name: 'Edit' }).click()
  const edit = page.getByRole('dialog', { name: `Edit ${name}` })
  await edit.getByRole('textbox', { name: 'Description' }).fill('Reads new maps')
  await edit.getByRole('button', { name: 'Save' }).click()
  await expect(drawer.getByText('Reads new maps')).toBeVisible()
  await expect(edit).toBeHidden()
  await page.keyboard.press('Escape')
  await expect(drawer).toHaveCount(0)

  const answer = (what: string) =>
    page
      .getByRole('dialog', { name: `${what} ${name}?` })
      .getByRole('button', { name: what, exact: true })
      .click()
  await page.getByRole('button', { name: `Deactivate: ${name}` }).click()
  await answer('Deactivate')
  await expect(page.getByRole('link', { name, exact: true })).toHaveCount(0)
  await page.getByRole('radiogroup').getByText('Inactive', { exact: true }).click()
  await page.getByRole('button', { name: `Activate: ${name}` }).click()
  await answer('Activate')
  await expect(page.getByRole('link', { name, exact: true })).toHaveCount(0)
  const { items } = await call(api.project.list, { name, isActive: true })
  expect(items).toMatchObject([{ name, description: 'Reads new maps' }])
})

test('PRJ-01 many members are added in one go, all or none, and removed in one go', async ({
  page,
  call,
}) => {
  const people = await addPeople(call, 5)
  const { id } = await call(api.project.create, { name: uniqueName('proj') })
  await page.goto(`/projects/${id}`)
  const drawer = page.getByRole('dialog')
  await drawer.getByRole('button', { name: 'Add members' }).click()
  const emails = people.map(({ email }) => email)
  await drawer
    .getByRole('textbox', { name: 'E-mails' })
    .fill([...emails, 'nobody@example.test'].join('\n'))
  await drawer.getByRole('button', { name: 'Add 6 people' }).click()
  await expect(drawer.getByRole('alert')).toContainText('nobody@example.test')
  expect((await call(api.project.show, { id })).memberCount).toBe(0)
  await drawer.getByRole('textbox', { name: 'E-mails' }).fill(emails.join(', '))
  await drawer.getByRole('button', { name: 'Add 5 people' }).click()
  await expect(drawer.getByRole('heading', { name: 'Members (5)' })).toBeVisible()

  for (const email of emails.slice(0, 2))
    await drawer.getByRole('checkbox', { name: new RegExp(email) }).check()
  await drawer.getByRole('button', { name: 'Remove 2 people' }).click()
  await page
    .getByRole('dialog', { name: /^Remove 2 people from / })
    .getByRole('button', { name: 'Remove', exact: true })
    .click()
  await expect(drawer.getByRole('heading', { name: 'Members (3)' })).toBeVisible()
  await drawer.getByRole('textbox', { name: 'Find a member by e-mail' }).fill(emails[4]!)
  await expect(drawer.getByRole('checkbox')).toHaveCount(1)
})

test('PRJ-01 saving somebody who is in very many projects loses none', async ({ page, call }) => {
  const [person] = await addPeople(call, 1)
  const { id, email } = person!
  const begin = uniqueName('many')
  const projectIds = await Promise.all(
    Array.from({ length: 60 }, async (_, number) => {
      const project = await call(api.project.create, { name: `${begin}-${number}` })
      return project.id
    }),
  )
  await call(api.user.update, { id, projectIds })
  await page.goto(`/users/${id}/edit`)
  const form = page.getByRole('dialog', { name: `Edit ${email}` })
  await form.getByRole('textbox', { name: 'Description' }).fill('In many projects')
  await form.getByRole('combobox', { name: 'Projects' }).fill('vision')
  await page.getByRole('option', { name: 'vision', exact: true }).click()
  await page.keyboard.press('Tab')
  await form.getByRole('button', { name: 'Save' }).click()
  await expect(page.getByRole('dialog', { name: email, exact: true })).toContainText(
    'In many projects',
  )
  const { projects } = await call(api.user.show, { id })
  const general = projects.filter(({ type }) => type === 'general')
  expect(general).toHaveLength(61)
  expect(general.map(project => project.id)).toEqual(expect.arrayContaining(projectIds))
})

test('PRJ-01 a domain is created with its model store, edited, deactivated and brought back; its name stays', async ({
  page,
  call,
}) => {
  const name = uniqueName('dom')
  await page.goto(`/domains?name=${name}`)
  await page.getByRole('link', { name: 'Create a domain' }).click()
  const form = page.getByRole('dialog', { name: 'Create a domain' })
  await form.getByRole('textbox', { name: 'Name' }).fill(name)
  await form.getByRole('button', { name: 'Create a domain' }).click()
  const row = page.getByRole('row').filter({ hasText: name })
  await row.getByRole('button', { name: `Edit: ${name}` }).click()
  const edit = page.getByRole('dialog', { name: `Edit ${name}` })
  await expect(edit.getByRole('textbox', { name: 'Name' })).not.toBeEditable()
  await edit.getByRole('textbox', { name: 'Description' }).fill('Guests')
  await edit.getByRole('button', { name: 'Save' }).click()
  await expect(row).toContainText('Guests')
  await row.getByRole('link', { name: '1', exact: true }).click()
  await expect(page.getByRole('link', { name: 'model-store' })).toHaveCount(1)
  await page.goBack()

  await page.getByRole('button', { name: `Deactivate: ${name}` }).click()
  await expect(page.getByRole('dialog')).toContainText('Its people (0) and projects (1) stay')
  await page.getByRole('dialog').getByRole('button', { name: 'Deactivate' }).click()
  await expect(row).toHaveCount(0)
  await page.getByRole('radiogroup').getByText('Inactive', { exact: true }).click()
  await page.getByRole('button', { name: `Activate: ${name}` }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Activate' }).click()
  await expect(row).toHaveCount(0)
  expect(await call(api.domain.show, { name })).toMatchObject({ isActive: true })
})

test('PRJ-01 everybody of a domain is in its model store, whoever is created in it', async ({
  page,
  call,
}) => {
  const domainName = uniqueName('dom')
  await call(api.domain.create, { name: domainName })
  const name = uniqueName('mem')
  const email = `${name}@example.test`
  await call(api.user.create, { email, name, password: 'engine-no-1', domainName })
  await page.goto(`/projects?domainName=${domainName}`)
  await page.getByRole('link', { name: 'model-store' }).click()
  const drawer = page.getByRole('dialog', { name: 'model-store' })
  await expect(drawer.getByText(email)).toBeVisible()
  await expect(drawer.getByRole('button', { name: 'Add members' })).toHaveCount(0)
})
