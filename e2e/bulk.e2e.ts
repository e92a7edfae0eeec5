import { readFileSync } from 'node:fs'
import { api } from '@capstan/contract/api'
import { faults } from './support/access.ts'
import { expect, test, uniqueName } from './support/test.ts'

test('USR-14 many users are created from a pattern, with a look first, progress, and their passwords', async ({
  page,
  call,
}) => {
  const prefix = `${uniqueName('s')}-`
  await page.goto('/users')
  await page.getByRole('link', { name: 'Create many' }).click()
  const form = page.getByRole('dialog', { name: 'Create many users' })
  await form.getByLabel('Names begin with').fill(prefix)
  await form.getByLabel('How many').fill('3')
  await form.getByLabel('E-mail addresses are at').fill('uni.test')
  await form.getByRole('button', { name: 'Check' }).click()
  await expect(form.getByText('3 users would be created')).toBeVisible()
  await form.getByRole('button', { name: 'Create 3 users' }).click()
  const job = page.getByRole('dialog', { name: 'Create users', exact: true })
  await expect(job.getByText('3 of 3')).toBeVisible()
  const download = page.waitForEvent('download')
  await job.getByRole('link', { name: 'Download passwords' }).click()
  const sheet = readFileSync(await (await download).path(), 'utf8')
  expect(sheet).toContain(`${prefix}1@uni.test`)
  await job.getByRole('button', { name: 'I have them: erase' }).click()
  await page
    .getByRole('dialog', { name: 'Erase these passwords here?' })
    .getByRole('button', { name: 'I have them: erase' })
    .click()
  await expect(job.getByText('They were erased here.')).toBeVisible()
  expect((await call(api.user.list, { name: prefix })).count).toBe(3)
})

test('USR-14 a CSV file with mistakes is shown with each of them by line and column, and nothing is created', async ({
  page,
  call,
}) => {
  const name = uniqueName('csv')
  await page.goto('/users/-/many?tab=csv')
  const form = page.getByRole('dialog', { name: 'Create many users' })
  const choose = page.waitForEvent('filechooser')
  await form.getByRole('button', { name: 'CSV file' }).click()
  await (
    await choose
  ).setFiles({
    name: 'people.csv',
    mimeType: 'text/csv',
    buffer: Buffer.from(`email;name\n${name}@uni.test;${name}\nnope;${name}\n`),
  })
  await form.getByRole('button', { name: 'Check' }).click()
  await expect(form.getByRole('row', { name: '3 email not an e-mail address' })).toBeVisible()
  await expect(form.getByRole('button', { name: 'Check' })).toBeVisible()
  expect(await faults(page)).toEqual([])
  expect((await call(api.user.list, { name })).count).toBe(0)
})

test('PLS-02 all that match a filter are deactivated by a job, after a preview', async ({
  page,
  call,
}) => {
  const name = uniqueName('many')
  for (const each of [1, 2, 3])
    await call(api.user.create, {
      email: `${name}-${each}@uni.test`,
      name: `${name}-${each}`,
      password: 'engine-no-1',
    })
  await page.goto(`/users?email=${name}&size=20`)
  await page.getByRole('checkbox', { name: `Select ${name}-1@uni.test` }).check()
  await page.getByRole('button', { name: 'Select all 3 that match' }).click()
  await page.getByRole('button', { name: 'Change…' }).click()
  await page.getByRole('menuitem', { name: 'Deactivate' }).click()
  const dialog = page.getByRole('dialog', { name: 'Deactivate', exact: true })
  await expect(dialog.getByText('3 are changed')).toBeVisible()
  await dialog.getByRole('button', { name: 'Apply to 3' }).click()
  await page.getByRole('link', { name: 'Show it' }).click()
  await expect(page.getByRole('dialog', { name: 'Change users' }).getByText('3 of 3')).toBeVisible()
  expect((await call(api.user.list, { email: name, status: ['inactive'] })).count).toBe(3)
})

test('POL-32 the policies are saved as CSV from the Tools menu', async ({ page, call }) => {
  const name = uniqueName('policy')
  await call(api.keypairPolicy.create, { name, maxResources: { cpu: 4 } })
  await page.goto(`/policies/keypair?name=${name}`)
  await page.getByRole('button', { name: 'Tools' }).click()
  await page.getByRole('menuitem', { name: 'Export…' }).click()
  const dialog = page.getByRole('dialog', { name: /^Export/ })
  await dialog.getByLabel('File name').fill('limits')
  const download = page.waitForEvent('download')
  await dialog.getByRole('link', { name: 'Download' }).click()
  const file = await download
  expect(file.suggestedFilename()).toBe('limits.csv')
  const [head, row, end] = readFileSync(await file.path(), 'utf8').split('\r\n')
  expect(head).toMatch(/^\uFEFFname,/)
  expect(row).toContain(`${name},0,`)
  expect([row?.includes('cpu=4'), end]).toEqual([true, ''])
})

test('PLS-02 a dialog about many has an address: a link to it opens the same, and Back closes it', async ({
  page,
  call,
}) => {
  const name = uniqueName('link')
  const email = `${name}@uni.test`
  await call(api.user.create, { email, name, password: 'engine-no-1' })
  await page.goto(`/users?email=${name}`)
  await page.getByRole('checkbox', { name: `Select ${email}` }).check()
  await page.getByRole('button', { name: 'Change…' }).click()
  await page.getByRole('menuitem', { name: 'Deactivate' }).click()
  const dialog = page.getByRole('dialog', { name: 'Deactivate', exact: true })
  await expect(dialog.getByText('1 is changed')).toBeVisible()
  const address = page.url()
  await page.goBack()
  await expect(dialog).toHaveCount(0)
  await page.goto('/')
  await page.goto(address)
  await expect(dialog.getByText('1 is changed')).toBeVisible()
  await dialog.getByRole('button', { name: 'Apply to 1' }).click()
  await expect(page.getByRole('link', { name: 'Show it' })).toBeVisible()
  await expect(dialog).toHaveCount(0)
})
