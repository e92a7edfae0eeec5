import { api } from '@capstan/contract/api'
import { expectUsable } from './support/access.ts'
import { people } from './support/people.ts'
import { expect, test, uniqueName } from './support/test.ts'

test('SCH-01 SCH-02 all that waits in a resource group stands in the order in which it starts, why with it, from the moment it is asked for', async ({
  page,
  call,
  startSession,
}) => {
  const [group, first, second] = [uniqueName('queue'), uniqueName('first'), uniqueName('second')]
  await call(api.group.create, { name: group })
  await startSession({ name: first, group, cpu: 0.5, until: 'created' })
  await page.goto('/')
  await page.getByRole('link', { name: 'Scheduler' }).click()
  await page.getByLabel('Resource group').selectOption(group)
  await expect(page).toHaveURL(new RegExp(`group=${group}`))
  const row = (name: string) => page.getByRole('row').filter({ hasText: name })
  await expect(row(first).getByRole('cell').nth(1)).toHaveText('1')
  // Enqueued while one looks.
  const { id } = await startSession({ name: second, group, until: 'created' })
  await expect(row(second).getByRole('cell').nth(1)).toHaveText('2')
  const { items } = await call(api.scheduler.queue, { name: group })
  expect(items.map(({ name }) => name)).toEqual([first, second])
  await expect(row(second)).toContainText(items[1]!.userEmail)
  // Why it waits is said otherwise once it was looked at.
  await expect(async () => {
    const now = await call(api.scheduler.queue, { name: group })
    await expect(row(second)).toContainText(now.items[1]!.reason!.message, { timeout: 1000 })
  }).toPass({ timeout: 15_000 })
  await expect(row(first)).toContainText('0.5 cores')
  await page.getByRole('link', { name: second, exact: true }).click()
  const drawer = page.getByRole('dialog', { name: second, exact: true })
  await expect(drawer.getByRole('status').first()).toContainText('Pending')
  await expect(page).toHaveURL(new RegExp(`/scheduler/${id}\\?.*group=${group}`))
  await drawer.getByRole('button', { name: 'Close' }).click()
  await expect(row(first)).toBeVisible()
})

test('PLS-01 other settings are tried out against those who wait, changing nothing until they are saved', async ({
  page,
  call,
  startSession,
}) => {
  const [group, first, second] = [uniqueName('queue'), uniqueName('first'), uniqueName('second')]
  await call(api.group.create, { name: group })
  await startSession({ name: first, group, until: 'created' })
  await startSession({ name: second, group, until: 'created' })
  await page.goto(`/scheduler?group=${group}`)
  await page.getByRole('link', { name: 'Try out settings' }).click()
  const drawer = page.getByRole('dialog', { name: `Try out settings of ${group}` })
  await expect(drawer.getByText('Nobody would fare otherwise than now.')).toBeVisible()
  await drawer.getByLabel('Scheduler', { exact: true }).selectOption('lifo')
  await expect(drawer.getByText('2 sessions would fare otherwise:')).toBeVisible()
  const row = drawer.getByRole('row').filter({ hasText: first })
  await expect(row.getByRole('cell')).toHaveText([/@/, 'Waits at 1', 'Waits at 2'])
  expect((await call(api.group.show, { name: group })).scheduler).toBe('fifo')
  // The address holds what is tried out.
  await page.reload()
  await expect(drawer.getByLabel('Scheduler', { exact: true })).toHaveValue('lifo')
  await drawer.getByRole('link', { name: 'Save these settings' }).click()
  const form = page.getByRole('dialog', { name: `Edit resource group ${group}` })
  await expect(form.getByLabel('Scheduler', { exact: true })).toHaveValue('lifo')
  await form.getByRole('button', { name: 'Save' }).click()
  await expect(form).toHaveCount(0)
  expect((await call(api.group.show, { name: group })).scheduler).toBe('lifo')
  await page.goto(`/scheduler?group=${group}`)
  const place = page.getByRole('row').filter({ hasText: first }).getByRole('cell').nth(1)
  await expect(place).toHaveText('2')
})

test('PLS-01 SCH-03 weights, spreading and the limits of a policy are tried out too, and weights are saved with the group', async ({
  page,
  call,
  startSession,
}) => {
  const [group, name, policy] = [uniqueName('queue'), uniqueName('waits'), uniqueName('limits')]
  await call(api.group.create, { name: group, scheduler: 'drf' })
  await call(api.keypairPolicy.create, { name: policy, maxConcurrentCount: 5 })
  await startSession({ name, group, until: 'created' })
  await page.goto(`/scheduler/-/what-if?group=${group}`)
  const drawer = page.getByRole('dialog', { name: `Try out settings of ${group}` })
  await drawer.getByPlaceholder('Give somebody a weight').fill('user@')
  await page.getByRole('option', { name: people.user.email, exact: true }).click()
  const weight = drawer.getByRole('textbox', { name: `Weight of ${people.user.email}` })
  await weight.fill('0')
  await expect(drawer.getByText('0.01 to 1000')).toBeVisible()
  await weight.fill('4')
  await expect(page).toHaveURL(/weight%22%3A4/)
  const spreads = drawer.getByRole('switch', { name: 'Spread the replicas' })
  await spreads.click()
  await expect(spreads).toBeChecked()
  await drawer.getByRole('combobox', { name: 'Name' }).fill(policy)
  await page.getByRole('option', { name: policy, exact: true }).click()
  const most = drawer.getByRole('textbox', { name: 'Sessions at once' })
  await expect(most).toHaveValue('5')
  await most.fill('0')
  await expect(page).toHaveURL(/maxConcurrentCount%22%3A0/)
  await expect(drawer.getByText('Nobody would fare otherwise than now.')).toBeVisible()
  expect(await call(api.group.show, { name: group })).toMatchObject({
    weights: [],
    enforcesSpreading: false,
  })
  expect((await call(api.keypairPolicy.show, { name: policy })).maxConcurrentCount).toBe(5)
  await drawer.getByRole('link', { name: 'Save these settings' }).click()
  const form = page.getByRole('dialog', { name: `Edit resource group ${group}` })
  await expect(form.getByRole('textbox', { name: /^Weight of/ })).toHaveValue('4')
  await form.getByRole('button', { name: 'Save' }).click()
  await expect(form).toHaveCount(0)
  const saved = await call(api.group.show, { name: group })
  expect(saved.enforcesSpreading).toBe(true)
  expect(saved.weights).toMatchObject([{ userEmail: people.user.email, weight: 4 }])
  await page.goto(`/resource-groups/${group}`)
  await form.getByRole('button', { name: /^Take the weight of/ }).click()
  await form.getByRole('button', { name: 'Save' }).click()
  await expect(form).toHaveCount(0)
  expect((await call(api.group.show, { name: group })).weights).toEqual([])
})

test('PLS-01 what is half typed in one field leaves the other settings that are tried out alone', async ({
  page,
  call,
}) => {
  const [group, policy] = [uniqueName('queue'), uniqueName('limits')]
  await call(api.group.create, { name: group })
  await call(api.keypairPolicy.create, { name: policy })
  await page.goto(`/scheduler/-/what-if?group=${group}`)
  const drawer = page.getByRole('dialog', { name: `Try out settings of ${group}` })
  const scheduler = drawer.getByLabel('Scheduler', { exact: true })
  await scheduler.selectOption('lifo')
  const noTimeout = drawer.getByRole('checkbox', { name: 'Longest wait: For ever' })
  await expect(noTimeout).toBeChecked()
  await noTimeout.uncheck()
  const timeout = drawer.getByRole('textbox', { name: 'Longest wait' })
  await timeout.fill('90')
  await expect(page).toHaveURL(/pendingTimeoutS%22%3A90/)
  const tries = drawer.getByRole('textbox', { name: 'Tries before others go first' })
  await drawer.getByRole('checkbox', { name: /^Tries before others go first/ }).uncheck()
  await tries.fill('1001')
  await expect(tries).toHaveAttribute('aria-invalid', 'true')
  await expect(scheduler).toHaveValue('lifo')
  await expect(timeout).toHaveValue('90 seconds')
  await expect(page).not.toHaveURL(/1001/)
  await drawer.getByRole('combobox', { name: 'Name' }).fill(policy)
  await page.getByRole('option', { name: policy, exact: true }).click()
  await drawer.getByRole('checkbox', { name: /^Sessions at once/ }).uncheck()
  const most = drawer.getByRole('textbox', { name: 'Sessions at once' })
  await most.fill('101')
  await expect(most).toHaveAttribute('aria-invalid', 'true')
  await expect(most).toHaveValue('101')
  await most.fill('7')
  await expect(page).toHaveURL(/maxConcurrentCount%22%3A7/)
  await scheduler.selectOption('fair-share')
  const halfLife = drawer.getByRole('textbox', { name: 'Use counts half after' })
  await halfLife.fill('59')
  await expect(halfLife).toHaveAttribute('aria-invalid', 'true')
  await halfLife.fill('3600')
  await expect(page).toHaveURL(/halfLifeS%22%3A3600/)
  // An address that was mangled in one place still has the rest.
  await page.goto(page.url().replace(/pendingTimeoutS%22%3A90/, () => 'pendingTimeoutS%22%3A-1'))
  await expect(scheduler).toHaveValue('fair-share')
  await expect(noTimeout).toBeChecked()
  await expect(most).toHaveValue('7')
  await expect(halfLife).toHaveValue('3600 seconds')
  await drawer.getByRole('link', { name: 'Save these settings' }).click()
  const form = page.getByRole('dialog', { name: `Edit resource group ${group}` })
  await expect(form.getByRole('textbox', { name: 'Use counts half after' })).toHaveValue(
    '3600 seconds',
  )
})

test('PLS-01 POL-02 limits of a policy that were tried out stand in its form, and are saved from there', async ({
  page,
  call,
}) => {
  const [group, policy] = [uniqueName('queue'), uniqueName('limits')]
  await call(api.group.create, { name: group })
  await call(api.keypairPolicy.create, { name: policy, maxPendingCount: 3 })
  const settings = { policy: { name: policy, maxConcurrentCount: 7, maxResources: { cpu: 8 } } }
  await page.goto(
    `/scheduler/-/what-if?group=${group}&settings=${encodeURIComponent(JSON.stringify(settings))}`,
  )
  const drawer = page.getByRole('dialog', { name: `Try out settings of ${group}` })
  await drawer.getByRole('link', { name: 'Edit the policy with this' }).click()
  const form = page.getByRole('dialog', { name: `Edit policy ${policy}` })
  await expect(form.getByRole('textbox', { name: 'Sessions at once', exact: true })).toHaveValue(
    '7',
  )
  await expect(form.getByText('Nobody follows this policy yet.')).toBeVisible()
  expect((await call(api.keypairPolicy.show, { name: policy })).maxConcurrentCount).toBe(null)
  await form.getByRole('button', { name: 'Save' }).click()
  await expect(form).toHaveCount(0)
  await expect(page).not.toHaveURL(/settings/)
  expect(await call(api.keypairPolicy.show, { name: policy })).toMatchObject({
    maxConcurrentCount: 7,
    maxResources: { cpu: 8 },
    maxPendingCount: 3,
  })
})

test('OPS-04 SCH-08 the defaults of a scheduler are changed within their limits', async ({
  page,
  call,
}) => {
  const { items } = await call(api.scheduler.listDefaults, {})
  const before = items.find(({ scheduler }) => scheduler === 'lifo')!
  await page.goto('/scheduler')
  await page.getByRole('link', { name: 'Defaults' }).click()
  const form = page
    .getByRole('dialog', { name: 'Defaults of the schedulers' })
    .getByRole('form', { name: 'LIFO' })
  const field = form.getByRole('textbox', { name: 'Tries before others go first' })
  await field.fill('1001')
  await field.blur()
  await expect(field).toHaveAttribute('aria-invalid', 'true')
  await field.fill('9')
  await form.getByRole('button', { name: 'Save' }).click()
  await expect(page.getByText('The defaults of LIFO')).toBeVisible()
  const after = await call(api.scheduler.listDefaults, {})
  expect(after.items).toContainEqual({ ...before, retriesToSkip: 9 })
  await call(api.scheduler.updateDefaults, before)
})

test('the scheduler’s page can be used by everybody, and on a phone', async ({
  page,
  call,
  startSession,
}) => {
  const [group, name] = [uniqueName('queue'), uniqueName('waits')]
  await call(api.group.create, { name: group })
  await startSession({ name, group, until: 'created' })
  await page.goto(`/scheduler?group=${group}`)
  await expect(page.getByRole('link', { name })).toBeVisible()
  await expectUsable(page)
})
