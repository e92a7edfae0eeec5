import { api } from '@capstan/contract/api'
import { expectUsable } from './support/access.ts'
import { test } from './support/machines.ts'
import { expect, uniqueName } from './support/test.ts'

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

test('AGT-01 the overview has a mark for each whole device of a machine, and says which machines take nothing new', async ({
  page,
  call,
  machines: { group, add },
}) => {
  const id = uniqueName('node')
  const devices = ['GPU-0', 'GPU-1', 'GPU-2', 'GPU-3'].map(device => ({
    id: device,
    kind: 'cuda',
    model: 'NVIDIA H100',
    slot: 'cuda.device',
    capacity: 1,
    numaNode: null,
  }))
  await add({ ids: [id], devices, capacity: { cpu: 4, mem: 8 * 2 ** 30, 'cuda.device': 4 } })
  await call(api.agent.drain, { id })
  await page.goto(`/resources?group=${group}`)
  const row = page.getByRole('table').getByRole('row').filter({ hasText: id })
  await expect(row).toContainText('takes no new sessions')
  await expect(row.getByRole('cell').last()).toHaveText('0%')
  await expect(row.locator('.heat-devices > span')).toHaveCount(4)
  await expect(row.locator('.heat-devices > [data-used]')).toHaveCount(0)
})
