import { api } from '@capstan/contract/api'
import { expectUsable } from './support/access.ts'
import { fakeImage, test } from './support/machines.ts'
import { firstProject, people } from './support/people.ts'
import { expect, uniqueName, waitFor } from './support/test.ts'

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

const gpus = (count: number, slot: string) =>
  Array.from({ length: count }, (_, index) => ({
    id: `GPU-${index}`,
    kind: 'cuda',
    model: 'NVIDIA H100',
    slot,
    capacity: 1,
    numaNode: null,
  }))

test('AGT-01 AGT-02 the overview shows each accelerator, how much of it is given out and to which session, by pointer and by keyboard', async ({
  page,
  call,
  machines: { group, add },
}) => {
  const [first, second] = [uniqueName('node-a'), uniqueName('node-b')]
  const capacity = { cpu: 4, mem: 8 * 2 ** 30, 'cuda.shares': 4 }
  await add({ ids: [first, second], devices: gpus(4, 'cuda.shares'), capacity })
  const name = uniqueName('half')
  const { projects } = await call(api.account.show, {})
  const { items: images } = await call(api.image.list, {})
  const { id } = await call(api.session.create, {
    name,
    projectId: projects.find(project => project.name === firstProject)!.id,
    imageId: images.find(image => image.reference === fakeImage.reference)!.id,
    resourceGroup: group,
    resources: { cpu: 0.5, mem: 2 ** 28, 'cuda.shares': 0.5 },
  })
  await waitFor(call, id, 'running')
  const node = (await call(api.session.show, { id })).agentIds[0]!
  await page.goto(`/resources?group=${group}`)
  const rowOf = (text: string) => page.getByRole('table').getByRole('row').filter({ hasText: text })
  await expect(rowOf('All together')).toContainText('6%0.5 / 8')
  const marks = rowOf(node).getByRole('button')
  await expect(marks).toHaveCount(4)
  const given = rowOf(node).getByRole('button', { name: '50% given out (0.5 / 1)' })
  await expect(given).toHaveAccessibleName(new RegExp(`H100.*${name}`))
  await expect(rowOf(node).getByRole('button', { name: 'Free' })).toHaveCount(3)
  const tip = page.locator('.mark-tip')
  await given.hover()
  await expect(tip).toContainText(`${name} (${people.admin.email}): 0.5`)
  await page.mouse.move(0, 0)
  await expect(tip).toHaveCount(0)
  // One stop of the Tab key for all of them, and arrows from there.
  await expect(page.locator('[data-mark][tabindex="0"]')).toHaveCount(1)
  await rowOf(first).getByRole('button').first().focus()
  await page.keyboard.press('ArrowRight')
  await expect(rowOf(first).getByRole('button').nth(1)).toBeFocused()
  await page.keyboard.press('ArrowDown')
  await expect(rowOf(second).getByRole('button').nth(1)).toBeFocused()
  await expect(tip).toContainText('GPU-1')
  await page.keyboard.press('End')
  await expect(rowOf(second).getByRole('button').last()).toBeFocused()
  await expect(page.locator('[data-mark][tabindex="0"]')).toHaveCount(1)
  await page.keyboard.press('Escape')
  await expect(tip).toHaveCount(0)
  await expectUsable(page)
  await page.setViewportSize({ width: 1440, height: 900 })
  await given.click()
  const drawer = page.getByRole('dialog', { name: node, exact: true })
  const device = drawer.getByRole('row').filter({ hasText: name }).first()
  await expect(device).toContainText('0.5 / 1')
  await device.getByRole('link', { name }).click()
  await expect(page.getByRole('dialog', { name, exact: true })).toBeVisible()
})

test('AGT-01 the overview says which machines take nothing new, and what of them is free', async ({
  page,
  call,
  machines: { group, add },
}) => {
  const id = uniqueName('node')
  const capacity = { cpu: 4, mem: 8 * 2 ** 30, 'cuda.device': 4 }
  await add({ ids: [id], devices: gpus(4, 'cuda.device'), capacity })
  await call(api.agent.drain, { id })
  await page.goto(`/resources?group=${group}`)
  const row = page.getByRole('table').getByRole('row').filter({ hasText: id })
  await expect(row).toContainText('takes no new sessions')
  await expect(row.getByRole('cell').last()).toHaveText('0%')
  await expect(row.getByRole('button', { name: 'Free' })).toHaveCount(4)
  await expect(page.getByText('All together')).toHaveCount(0)
})
