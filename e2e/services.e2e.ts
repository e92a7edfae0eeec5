import { readFile } from 'node:fs/promises'
import { api } from '@capstan/contract/api'
import { tinyImage } from './support/people.ts'
import { expect, test, uniqueName } from './support/test.ts'

test('a model service is started, grows and shrinks, replaces what ends, and is ended', async ({
  page,
  call,
}) => {
  const name = uniqueName('serve')
  await page.goto('/services')
  await page.getByRole('link', { name: 'Start a model service' }).first().click()
  const form = page.getByRole('dialog', { name: 'Start a model service' })
  await form.getByRole('textbox', { name: 'Name', exact: true }).fill(name)
  await form.getByRole('button', { name: 'Start service' }).click()
  await expect(form.getByText('a replica needs a command')).toBeVisible()
  await expect(form.getByText('choose an environment')).toBeVisible()
  await expect(form.getByRole('textbox', { name: 'Command' })).toBeFocused()
  await form.getByRole('textbox', { name: 'Command' }).fill('echo up; exec sleep 600')
  await form.getByLabel('Number of replicas').fill('2')
  await form.getByRole('combobox', { name: 'Environment' }).click()
  await page.getByRole('option', { name: tinyImage }).click()
  await form.getByRole('textbox', { name: 'CPU' }).fill('0.1')
  await form.getByRole('textbox', { name: 'Memory', exact: true }).fill('0.125')
  await form.getByRole('button', { name: 'Start service' }).click()

  const drawer = page.getByRole('dialog', { name, exact: true })
  const state = drawer.getByRole('status').first()
  const replicas = drawer.getByRole('region', { name: 'Replicas' })
  await expect(state).toHaveText('2 of 2 running', { timeout: 60_000 })
  await expect(replicas.getByRole('link')).toHaveText([`${name}-1`, `${name}-2`])

  await drawer.getByLabel('Number of replicas').fill('1')
  await drawer.getByRole('button', { name: 'Apply' }).click()
  await expect(state).toHaveText('1 of 1 running', { timeout: 30_000 })
  await expect(replicas.getByRole('link')).toHaveText([`${name}-1`])

  await replicas.getByRole('link', { name: `${name}-1` }).click()
  const replica = page.getByRole('dialog', { name: `${name}-1`, exact: true })
  await replica.getByRole('button', { name: 'End', exact: true }).click()
  await page
    .getByRole('dialog', { name: /End .*\?/ })
    .getByRole('button', { name: 'End' })
    .click()
  await expect(replica.getByRole('status').first()).toContainText('Ended', { timeout: 30_000 })
  await replica.getByRole('link', { name: 'Show it' }).click()
  await expect(replicas.getByRole('link')).toHaveText([`${name}-3`], { timeout: 30_000 })
  await expect(state).toHaveText('1 of 1 running', { timeout: 30_000 })

  await drawer.getByRole('button', { name: 'End the service' }).click()
  const question = page.getByRole('dialog', { name: `End ${name}?` })
  await expect(question).toContainText('Its replica ends too.')
  await question.getByRole('button', { name: 'End the service' }).click()
  await expect(state).toHaveText('Ended')
  await drawer.getByRole('button', { name: 'Close' }).click()
  await expect(page.getByRole('link', { name, exact: true })).toHaveCount(0)
  await page.getByRole('radiogroup').getByText('Ended', { exact: true }).click()
  await expect(page.getByRole('link', { name, exact: true })).toBeVisible()
  const { items } = await call(api.service.list, { name })
  expect(items).toMatchObject([{ liveCount: 0, replicaCount: 1 }])
})

test('a service whose replicas fail says why, and starts the next one later each time', async ({
  page,
  startService,
}) => {
  const { id, name } = await startService({ command: 'echo no such model; exit 3' })
  await page.goto(`/services/${id}`)
  const state = page.getByRole('dialog', { name, exact: true }).getByRole('status').first()
  await expect(state).toContainText(`${name}-1 failed: It ended with exit code 3`, {
    timeout: 60_000,
  })
  await expect(state).toContainText('0 of 1 running')
  await page.getByRole('button', { name: 'Try again now' }).click()
  await expect(state).toContainText(`${name}-2 failed`, { timeout: 30_000 })
  const ended = page.getByRole('region', { name: 'Ended lately' })
  await ended.getByRole('link', { name: `${name}-1` }).click()
  await page.getByRole('tab', { name: 'Log' }).click()
  await expect(page.getByRole('log')).toContainText('no such model')
  await page.goto(`/services?name=${name}`)
  await expect(page.getByRole('row', { name: new RegExp(name) })).toContainText('failed')
})

test('what others do to a service shows while one looks at it, and leaves a number that was entered', async ({
  page,
  call,
  startService,
}) => {
  const { id, name } = await startService({ command: 'exec sleep 600', replicaCount: 0 })
  await page.goto(`/services/${id}`)
  const drawer = page.getByRole('dialog', { name, exact: true })
  const number = drawer.getByLabel('Number of replicas')
  const apply = drawer.getByRole('button', { name: 'Apply' })
  await expect(number).toHaveValue('0')
  await call(api.service.update, { id, replicaCount: 1 })
  await expect(number).toHaveValue('1')
  await expect(apply).toBeDisabled()
  await number.fill('3')
  await call(api.service.update, { id, replicaCount: 0 })
  await expect(drawer.getByRole('status').first()).toHaveText('Paused')
  await expect(number).toHaveValue('3')
  await expect(apply).toBeEnabled()
  await call(api.service.terminate, { id })
  await expect(drawer.getByRole('status').first()).toHaveText('Ended')
  await expect(apply).toHaveCount(0)
})

test('PLS-10 PLS-04 a model service is found by its name, and saved with the list', async ({
  page,
  startService,
}) => {
  const { id, name } = await startService({ command: 'sleep 600' })
  await page.goto(`/services?name=${name}`)
  await page.getByRole('checkbox', { name: `Select ${name}` }).check()
  await page.getByRole('button', { name: 'Export…' }).click()
  const saved = page.waitForEvent('download')
  await page.getByRole('link', { name: 'Download' }).click()
  const rows = (await readFile(await (await saved).path(), 'utf8')).trim().split('\n')
  expect(rows).toHaveLength(2)
  expect(rows[1]).toContain(id)

  await page.getByRole('button', { name: 'Search' }).click()
  await page.getByRole('combobox', { name: 'Search for pages' }).fill(name)
  const found = page.getByRole('group', { name: 'Model services' }).getByRole('option', { name })
  await expect(found).toBeVisible()
  await found.click()
  await expect(page).toHaveURL(new RegExp(`/services/${id}`))
  await expect(page.getByRole('dialog', { name, exact: true })).toBeVisible()
})
