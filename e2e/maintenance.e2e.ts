import { api } from '@capstan/contract/api'
import type { Agent } from '@capstan/contract/agent'
import { expectUsable } from './support/access.ts'
import { fakeImage, test } from './support/machines.ts'
import { expect, uniqueName, waitFor } from './support/test.ts'

const image = fakeImage.reference

/** What a field for a time takes, an hour and more from now. */
function localTime(hours: number): string {
  const at = new Date(Date.now() + hours * 3_600_000)
  const two = (value: number): string => String(value).padStart(2, '0')
  const day = [at.getFullYear(), two(at.getMonth() + 1), two(at.getDate())].join('-')
  return `${day}T${two(at.getHours())}:${two(at.getMinutes())}`
}

test('AGT-05 an agent is drained until a deadline, after a look at what runs there; and the drain is cancelled', async ({
  page,
  call,
  machines: { group, add },
  startSession,
}) => {
  const id = uniqueName('node')
  const name = uniqueName('kept')
  await add({ ids: [id] })
  await startSession({ name, image, group })
  await page.goto(`/agents?resourceGroup=${group}`)
  await page.getByRole('link', { name: id }).click()
  const drawer = page.getByRole('dialog', { name: id, exact: true })
  await drawer.getByRole('button', { name: 'Drain…' }).click()
  const dialog = page.getByRole('dialog', { name: `Drain ${id}` })
  await expect(dialog.getByText('1 session is hit.')).toBeVisible()
  await expect(dialog.getByRole('row').filter({ hasText: name })).toContainText('Running')
  await dialog.getByLabel('Deadline').fill(localTime(-1))
  await expect(dialog.getByText('a time to come is needed')).toBeVisible()
  await expect(dialog.getByRole('button', { name: 'Drain 1 machine' })).toBeDisabled()
  await dialog.getByLabel('Deadline').fill(localTime(2))
  await expect(dialog.getByText(/what still runs at .+ is ended/)).toBeVisible()
  await dialog.getByRole('button', { name: 'Drain 1 machine' }).click()
  await expect(dialog).toHaveCount(0)
  await expect(drawer.getByText(/1 session left · until /)).toBeVisible()
  const { drain } = await call(api.agent.show, { id })
  expect(drain?.mode).toBe('finish')
  const left = Date.parse(drain!.deadlineAt!) - Date.now()
  expect(Math.abs(left - 2 * 3_600_000)).toBeLessThan(61_000)
  await page.keyboard.press('Escape')
  await expect(page.getByRole('row').filter({ hasText: id })).toContainText('Draining')
  await page.getByRole('link', { name: id }).click()
  await drawer.getByRole('button', { name: 'Cancel the drain' }).click()
  const question = page.getByRole('dialog', { name: `Cancel the drain of ${id}` })
  await question.getByRole('button', { name: 'Cancel the drain' }).click()
  await expect(drawer.getByText('Takes new sessions: Yes')).toBeVisible()
  await expect(drawer.getByText('1 session left')).toHaveCount(0)
  expect((await call(api.agent.show, { id })).drain).toBeNull()
})

test('AGT-05 agents that are picked in the list are drained together, and what runs there is ended', async ({
  page,
  call,
  machines: { group, add },
  startSession,
}) => {
  const ids = [uniqueName('node'), uniqueName('node')]
  await add({ ids })
  const { id } = await startSession({ name: uniqueName('hit'), image, group })
  await page.goto(`/agents?resourceGroup=${group}`)
  for (const each of ids) await page.getByRole('checkbox', { name: `Select ${each}` }).check()
  await page.getByRole('button', { name: 'Drain…' }).click()
  const dialog = page.getByRole('dialog', { name: 'Drain 2 machines' })
  await dialog.getByRole('radio', { name: 'End them at once' }).check()
  await expect(dialog.getByText('1 session is hit.')).toBeVisible()
  await expectUsable(page)
  await page.setViewportSize({ width: 1440, height: 900 })
  await dialog.getByRole('button', { name: 'Drain 2 machines' }).click()
  await expect(dialog.getByText('2 machines are drained')).toBeVisible()
  for (const each of ids)
    await expect(dialog.getByRole('row').filter({ hasText: each })).toContainText('Done')
  await expect(dialog.getByText('1 session left')).toHaveCount(1)
  await dialog.getByRole('button', { name: 'Close' }).last().click()
  await waitFor(call, id, 'terminated')
  expect((await call(api.session.show, { id })).reason?.code).toBe('agent_drained')
  for (const each of ids)
    await expect(page.getByRole('row').filter({ hasText: each })).toContainText('Drained')
  for (const each of ids) await page.getByRole('checkbox', { name: `Select ${each}` }).check()
  await page.getByRole('button', { name: 'Cancel the drain' }).click()
  const cancelling = page.getByRole('dialog', { name: 'Cancel the drain of 2 machines' })
  await cancelling.getByRole('button', { name: 'Cancel 2 drains' }).click()
  for (const each of ids)
    await expect(cancelling.getByRole('row').filter({ hasText: each })).toContainText('Done')
  await cancelling.getByRole('button', { name: 'Close' }).last().click()
  for (const each of ids)
    await expect(page.getByRole('row').filter({ hasText: each })).not.toContainText('Drained')
})

test('AGT-05 GRP-05 several agents are moved in one request, and it is told what became of each', async ({
  page,
  call,
  machines: { add },
}) => {
  const ids = [uniqueName('node'), uniqueName('node')]
  const other = uniqueName('gpu')
  await call(api.group.create, { name: other })
  await add({ ids })
  const requests: string[] = []
  page.on('request', request => {
    if (request.method() === 'POST') requests.push(new URL(request.url()).pathname)
  })
  await page.goto(`/agents?change=move&picked=${[...ids, 'nowhere'].join(',')}`)
  const dialog = page.getByRole('dialog', { name: 'Move 3 machines' })
  await dialog.getByRole('combobox', { name: 'Resource group' }).fill(other)
  await page.getByRole('option', { name: other, exact: true }).click()
  await dialog.getByRole('button', { name: 'Move 3 machines' }).click()
  await expect(dialog.getByText('2 machines were moved')).toBeVisible()
  await expect(dialog.getByRole('row').filter({ hasText: 'nowhere' })).toContainText(
    'There is no such machine',
  )
  expect(requests.filter(path => path.includes('/agents'))).toEqual(['/api/v1/agents/move'])
  for (const id of ids) expect((await call(api.agent.show, { id })).resourceGroup).toBe(other)
  await dialog.getByRole('button', { name: 'Close' }).last().click()
  await expect(dialog).toHaveCount(0)
  await call(api.group.update, { name: other, isActive: false })
})

test('GRP-05 an agent is moved to another resource group, and the sessions of its former one finish or are ended', async ({
  page,
  call,
  machines: { group, add },
  startSession,
}) => {
  const id = uniqueName('node')
  const other = uniqueName('gpu')
  await call(api.group.create, { name: other })
  await add({ ids: [id] })
  const name = uniqueName('foreign')
  const session = await startSession({ name, image, group })
  await page.goto(`/agents?resourceGroup=${group}`)
  await page.getByRole('checkbox', { name: `Select ${id}` }).check()
  await page.getByRole('button', { name: 'Move to another group…' }).click()
  const dialog = page.getByRole('dialog', { name: `Move ${id} to another resource group` })
  await expect(dialog.getByRole('button', { name: 'Move 1 machine' })).toBeDisabled()
  await dialog.getByRole('combobox', { name: 'Resource group' }).fill(other)
  await page.getByRole('option', { name: other, exact: true }).click()
  await expect(dialog.getByRole('row').filter({ hasText: name })).toBeVisible()
  await expect(dialog.getByText('Each goes on until it ends by itself.')).toBeVisible()
  await dialog.getByRole('button', { name: 'Move 1 machine' }).click()
  await expect(page.getByText('1 machine was moved')).toBeVisible()
  expect((await call(api.agent.show, { id })).resourceGroup).toBe(other)
  expect((await call(api.session.show, { id: session.id })).status).toBe('running')
  await page.goto(`/agents?change=move&picked=${id}`)
  await dialog.getByRole('combobox', { name: 'Resource group' }).fill(group)
  await page.getByRole('option', { name: group, exact: true }).click()
  await expect(dialog.getByText('No session is hit.')).toBeVisible()
  await dialog.getByRole('combobox', { name: 'Resource group' }).fill(other)
  await page.getByRole('option', { name: other, exact: true }).click()
  await dialog.getByRole('radio', { name: 'End them at once' }).check()
  await dialog.getByRole('button', { name: 'Move 1 machine' }).click()
  await waitFor(call, session.id, 'terminated')
  await call(api.group.update, { name: other, isActive: false })
})

test('GRP-05 an agent that was started with another group asks for it: an administrator dismisses that, or moves it there', async ({
  page,
  call,
  machines: { group, add },
}) => {
  const id = uniqueName('node')
  const wanted = uniqueName('gpu')
  await call(api.group.create, { name: wanted })
  const first = await add({ ids: [id] })
  await first.stop()
  await add({ ids: [id], resourceGroup: wanted })
  await page.goto(`/agents?resourceGroup=${group}`)
  await expect(page.getByRole('row').filter({ hasText: id })).toContainText(
    `Asks for resource group ${wanted}`,
  )
  await page.getByRole('link', { name: id }).click()
  const drawer = page.getByRole('dialog', { name: id, exact: true })
  await drawer.getByRole('button', { name: 'Move it there…' }).click()
  const dialog = page.getByRole('dialog', { name: `Move ${id} to another resource group` })
  await expect(dialog.getByRole('combobox', { name: 'Resource group' })).toHaveValue(wanted)
  await dialog.getByRole('button', { name: 'Cancel' }).click()
  await drawer.getByRole('button', { name: 'Dismiss' }).click()
  await page
    .getByRole('dialog', { name: 'Dismiss what it asks for?' })
    .getByRole('button', { name: 'Dismiss' })
    .click()
  await expect(drawer.getByText(`Asks for resource group ${wanted}`)).toHaveCount(0)
  expect(await call(api.agent.show, { id })).toMatchObject({
    resourceGroup: group,
    requestedGroup: null,
  })
  await call(api.group.update, { name: wanted, isActive: false })
})

test('AGT-03 AGT-06 an agent that is not heard of is listed as lost with when and why, its sessions are shown so, and both return', async ({
  page,
  call,
  machines: { group, add },
  startSession,
}) => {
  const id = uniqueName('node')
  const name = uniqueName('held')
  const { agents } = await add({ ids: [id] })
  await startSession({ name, image, group })
  await page.goto(`/agents?state=terminated&resourceGroup=${group}`)
  const row = page.getByRole('row').filter({ hasText: id })
  await expect(page.getByText('Nothing matches these filters')).toBeVisible()
  await agents[0]!.kill()
  await expect(row).toContainText('Lost', { timeout: 40_000 })
  await expect(row).toContainText(/Not heard of for \d+ s/)
  await page.getByRole('link', { name: id }).click()
  const drawer = page.getByRole('dialog', { name: id, exact: true })
  await expect(drawer.getByText('1 session ran there')).toBeVisible()
  await drawer.getByRole('link', { name, exact: true }).click()
  const session = page.getByRole('dialog', { name, exact: true })
  await expect(session.getByText('Running · Node lost')).toBeVisible()
  agents[0]!.start()
  await expect(session.getByText('Running', { exact: true })).toBeVisible({ timeout: 40_000 })
  await page.goto(`/agents?resourceGroup=${group}`)
  await expect(row).toBeVisible()
  const agent: Agent = await call(api.agent.show, { id })
  expect(agent).toMatchObject({ status: 'connected', lostAt: null, sessionCount: 1 })
})
