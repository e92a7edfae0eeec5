import { api } from '@capstan/contract/api'
import { expectUsable } from './support/access.ts'
import { expect, test, uniqueName } from './support/test.ts'

test('AGT-01 the overview shows of each machine how much of what it has is given out, and leads to it', async ({
  page,
  call,
  startSession,
}) => {
  await startSession({ name: uniqueName('heat'), cpu: 0.5, memMiB: 128 })
  const agent = (await call(api.agent.list, { status: ['connected'] })).items[0]!
  const share = (slot: string): number => (agent.used[slot] ?? 0) / (agent.capacity[slot] ?? 1)
  await page.goto('/agents')
  await page.getByRole('navigation', { name: 'Resources' }).getByText('Overview').click()
  await expect(page).toHaveURL(/\/resources/)
  const row = page.getByRole('table').getByRole('row').filter({ hasText: agent.id })
  const [cpu] = [row.getByRole('cell').first()]
  await expect(cpu).toHaveText(`${Math.round(share('cpu') * 100)}%`)
  expect(share('cpu')).toBeGreaterThan(0)
  await page.getByLabel('Resource group').selectOption(agent.resourceGroup)
  await expect(page).toHaveURL(new RegExp(`group=${agent.resourceGroup}`))
  await expect(cpu).toBeVisible()
  await expectUsable(page)
  await row.getByRole('link', { name: agent.id }).click()
  await expect(page.getByRole('dialog', { name: agent.id })).toBeVisible()
})
