import { api } from '@capstan/contract/api'
import { expectUsable } from './support/access.ts'
import { test } from './support/machines.ts'
import { expect, uniqueName } from './support/test.ts'

test('AGT-01 the overview shows of each machine how much of what it has is given out, and leads to it', async ({
  page,
  call,
  startSession,
}) => {
  const { agentIds } = await startSession({ name: uniqueName('heat'), cpu: 0.5, memMiB: 128 })
  const id = agentIds[0]!
  const { resourceGroup } = await call(api.agent.show, { id })
  await page.goto('/agents')
  await page.getByRole('navigation', { name: 'Resources' }).getByText('Overview').click()
  await expect(page).toHaveURL(/\/resources/)
  const row = page
    .getByRole('table')
    .getByRole('row')
    .filter({ has: page.getByRole('link', { name: id, exact: true }) })
  const cpu = row.getByRole('cell').first()
  // Others start and end sessions on it meanwhile.
  await expect(async () => {
    const { used, capacity } = await call(api.agent.show, { id })
    const share = (used['cpu'] ?? 0) / (capacity['cpu'] ?? 1)
    expect(share).toBeGreaterThan(0)
    expect(await cpu.textContent()).toBe(`${Math.round(share * 100)}%`)
  }).toPass({ timeout: 15_000 })
  await page.getByLabel('Resource group').selectOption(resourceGroup)
  await expect(page).toHaveURL(new RegExp(`group=${resourceGroup}`))
  await expect(cpu).toBeVisible()
  await expectUsable(page)
  await row.getByRole('link', { name: id, exact: true }).click()
  await expect(page.getByRole('dialog', { name: id, exact: true })).toBeVisible()
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
