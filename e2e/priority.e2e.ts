import { api } from '@capstan/contract/api'
import type { Page } from '@playwright/test'
import { expectUsable } from './support/access.ts'
import { expect, test, type Fixtures, uniqueName, type WorkerFixtures } from './support/test.ts'

const row = (page: Page, name: string) => page.getByRole('row').filter({ hasText: name })
const dialogOf = (page: Page, about: string) =>
  page.getByRole('dialog', { name: `Change the priority of ${about}` })

/** A group of its own in which three sessions wait, in this order. */
async function threeWaiting({
  call,
  startSession,
}: Pick<Fixtures & WorkerFixtures, 'call' | 'startSession'>) {
  const group = uniqueName('queue')
  await call(api.group.create, { name: group })
  const names = [uniqueName('first'), uniqueName('second'), uniqueName('third')] as const
  for (const name of names) await startSession({ name, group, until: 'created' })
  return { group, names }
}

test('SCH-01 SES-01 whoever waits is put before the others from its row, by keyboard, after it was said where it will stand; undo puts it back', async ({
  page,
  call,
  startSession,
}) => {
  const { group, names } = await threeWaiting({ call, startSession })
  const [first, , third] = names
  const order = async () => {
    const { items } = await call(api.scheduler.queue, { name: group })
    return items.map(({ name }) => name)
  }
  await page.goto(`/scheduler?group=${group}`)
  await page.getByRole('button', { name: `Change the priority of ${third}` }).focus()
  await page.keyboard.press('Enter')
  const dialog = dialogOf(page, third)
  const priority = dialog.getByRole('textbox', { name: 'Priority' })
  await expect(priority).toBeFocused()
  await expect(priority).toHaveValue('10')
  // Whoever opens it and types means another number, not more digits of the old one.
  await page.keyboard.type('70')
  await expect(priority).toHaveValue('70')
  // In a moment after the last key the field puts its caret back, and drops what is selected by then: nobody else is as quick.
  await expect(async () => {
    await priority.fill('10')
    await expect(priority).toHaveValue('10', { timeout: 1000 })
  }).toPass({ timeout: 15_000 })
  await expect(dialog.getByRole('button', { name: 'Change the priority' })).toBeDisabled()
  await expect(row(page, third).last()).toContainText('Waits at 3')
  await page.keyboard.press('ArrowDown')
  await expect(priority).toHaveValue('9')
  await expect(dialog.getByRole('row').filter({ hasText: third })).toContainText('10 → 9')
  await dialog.getByRole('button', { name: 'Before all others' }).click()
  await expect(priority).toHaveValue('11')
  const preview = dialog.getByRole('row').filter({ hasText: third })
  await expect(preview.getByRole('cell')).toHaveText(['10 → 11', 'Waits at 3', 'Waits at 1'])
  expect(await order()).toEqual(names)
  await page.reload()
  await expect(priority).toHaveValue('10')
  await priority.fill('101')
  await expect(dialog.getByText('0 to 100', { exact: true })).toBeVisible()
  await priority.fill('60')
  await page.keyboard.press('Enter')
  await expect(page.getByText(`The priority of ${third} is 60 now`)).toBeVisible()
  await expect(dialog).toHaveCount(0)
  expect((await order())[0]).toBe(third)
  await expect(row(page, third).getByRole('cell').nth(1)).toHaveText('1')
  await page.getByRole('button', { name: 'Undo' }).click()
  await expect(row(page, first).getByRole('cell').nth(1)).toHaveText('1')
  expect(await order()).toEqual(names)
})

test('SCH-01 SES-01 several that wait are reordered at once, and put back by one undo', async ({
  page,
  call,
  startSession,
}) => {
  const { group, names } = await threeWaiting({ call, startSession })
  const [first, second, third] = names
  await page.goto(`/scheduler?group=${group}`)
  for (const name of [second, third]) await row(page, name).getByRole('checkbox').check()
  await page.getByRole('button', { name: 'Change the priority…' }).click()
  const dialog = dialogOf(page, '2 sessions')
  await dialog.getByRole('textbox', { name: 'Priority' }).fill('40')
  await expect(dialog.getByRole('row').filter({ hasText: third })).toContainText('Waits at 2')
  await expect(dialog.getByRole('row').filter({ hasText: second })).toContainText('Waits at 1')
  await expectUsable(page)
  await dialog.getByRole('button', { name: 'Change 2 sessions' }).click()
  await expect(page.getByText('The priority of 2 sessions is 40 now')).toBeVisible()
  const { items } = await call(api.scheduler.queue, { name: group })
  expect(items.map(({ name }) => name)).toEqual([second, third, first])
  await page.getByRole('button', { name: 'Undo' }).click()
  await expect(page.getByText('Undone: Changed the priorities of the sessions')).toBeVisible()
  const after = await call(api.scheduler.queue, { name: group })
  expect(after.items.map(({ name, priority }) => [name, priority])).toEqual(
    names.map(name => [name, 10]),
  )
})
