import { api } from '@capstan/contract/api'
import { expect, test, uniqueName } from './support/test.ts'

test('AGT-01 the agents page shows each machine with what it has and what is given out', async ({
  page,
  call,
  startSession,
}) => {
  const { agentIds } = await startSession({ name: uniqueName('on-agent'), cpu: 0.2 })
  const agent = await call(api.agent.show, { id: agentIds[0]! })
  await page.goto('/agents')
  const table = page.getByRole('region', { name: 'Agents' })
  for (const column of [
    'ID',
    'Schedulable',
    'CPU',
    'Memory',
    'Accelerators',
    'Sessions',
    'Resource group',
    'Address',
    'Region',
    'Architecture',
    'First contact',
    'Version',
  ])
    await expect(table.getByRole('columnheader', { name: new RegExp(`^${column}`) })).toBeVisible()
  const row = table
    .getByRole('row')
    .filter({ has: page.getByRole('link', { name: agent.id, exact: true }) })
  await expect(row).toContainText(agent.architecture)
  await expect(row).toContainText(agent.version)
  const cpu = row.getByRole('meter', { name: `CPU, ${agent.id}` })
  await expect(cpu).toHaveAttribute('aria-valuetext', /^\d+(\.\d+)? \/ \d+/)
  expect(Number(await cpu.getAttribute('aria-valuenow'))).toBeGreaterThan(0)
  await page.getByRole('tab', { name: 'Terminated' }).click()
  await expect(row).toHaveCount(0)
})

test('AGT-02 an agent’s details show live use, what is kept apart, and the sessions on it', async ({
  page,
  call,
  startSession,
}) => {
  const name = uniqueName('on-agent')
  const { id, agentIds } = await startSession({ name })
  const agent = await call(api.agent.show, { id: agentIds[0]! })
  await page.goto('/agents')
  await page.getByRole('link', { name: agent.id, exact: true }).click()
  const drawer = page.getByRole('dialog', { name: agent.id })
  const live = drawer.getByRole('region', { name: 'Live use' })
  await expect(live.getByRole('meter', { name: 'CPU' })).toBeVisible()
  await expect(live.getByRole('meter', { name: 'Memory' })).toBeVisible()
  await expect(drawer.getByText('What is kept apart')).toBeVisible()
  await drawer.getByRole('link', { name, exact: true }).click()
  await expect(page).toHaveURL(new RegExp(`/sessions/${id}`))
})

test('AGT-01 another machine is connected with a token that is shown once', async ({ page }) => {
  await page.goto('/agents')
  await page.getByRole('link', { name: 'Connect another machine' }).click()
  const drawer = page.getByRole('dialog', { name: 'Connect another machine' })
  await drawer.getByRole('textbox', { name: 'Description' }).fill('a test')
  await drawer.getByRole('button', { name: 'Make a token' }).click()
  await expect(drawer).toContainText(/agent --manager http\S+ --token \S+/)
})
