import { api } from '@capstan/contract/api'
import { expect, test, uniqueName } from './support/test.ts'

test('SES-03 filters and sorting are in the address, and survive a reload', async ({
  page,
  startSession,
}) => {
  const begin = uniqueName('list')
  await startSession({ name: `${begin}-a`, until: 'created' })
  await startSession({ name: `${begin}-b`, until: 'created' })
  await startSession({ name: `${begin}-c`, isBatch: true, command: 'sleep 300', until: 'created' })
  await page.goto('/sessions')
  const names = page.getByRole('link', { name: new RegExp(`^${begin}`) })
  const inOrder = (...letters: string[]) => letters.map(letter => `${begin}-${letter}`)

  await page.getByRole('textbox', { name: 'Filter by name' }).fill(begin)
  await expect(names).toHaveText(inOrder('c', 'b', 'a'))
  await page.getByRole('button', { name: 'Name', exact: true }).click()
  await expect(names).toHaveText(inOrder('a', 'b', 'c'))
  await page.getByRole('button', { name: 'Filter by type' }).click()
  await page.getByRole('checkbox', { name: 'Interactive' }).click()
  await page.keyboard.press('Escape')
  await expect(names).toHaveText(inOrder('a', 'b'))

  await page.reload()
  await expect(names).toHaveText(inOrder('a', 'b'))
  await expect(page.getByRole('textbox', { name: 'Filter by name' })).toHaveValue(begin)
  await page.getByRole('button', { name: 'Name', exact: true }).click()
  await expect(names).toHaveText(inOrder('b', 'a'))
  await page.getByRole('button', { name: 'Remove: Type: Interactive' }).click()
  await expect(names).toHaveText(inOrder('c', 'b', 'a'))
  await page.goBack()
  await expect(names).toHaveText(inOrder('b', 'a'))
})

test('SES-03 several sessions are ended at once, after a question that names them', async ({
  page,
  startSession,
}) => {
  const begin = uniqueName('many')
  for (const letter of ['a', 'b', 'c']) await startSession({ name: `${begin}-${letter}` })
  await page.goto(`/sessions?name=${begin}`)
  await page.getByRole('checkbox', { name: `Select ${begin}-a` }).check()
  await page.getByRole('checkbox', { name: `Select ${begin}-b` }).check()
  await page.getByRole('button', { name: 'End 2 sessions' }).click()
  const question = page.getByRole('dialog', { name: 'End 2 sessions' })
  await expect(question.getByRole('listitem')).toHaveText([
    new RegExp(`${begin}-[ab] · Running`),
    new RegExp(`${begin}-[ab] · Running`),
  ])
  await question.getByRole('button', { name: 'End 2 sessions' }).click()
  await expect(page.getByText('2 sessions are ending')).toBeVisible()
  const names = page.getByRole('link', { name: new RegExp(`^${begin}`) })
  await expect(names).toHaveText([`${begin}-c`], { timeout: 30_000 })
  await page.getByRole('radiogroup').getByText('Ended', { exact: true }).click()
  await expect(names).toHaveCount(2)
})

test('SES-03 the details show live plots, and the log as it is written', async ({
  page,
  startSession,
}) => {
  const name = uniqueName('live')
  const { id } = await startSession({
    name,
    command: 'n=0; while true; do n=$((n + 1)); echo "tick $n"; sleep 0.2; done',
  })
  await page.goto('/sessions')
  await page.getByRole('link', { name, exact: true }).click()
  await expect(page).toHaveURL(new RegExp(`/sessions/${id}`))
  const drawer = page.getByRole('dialog', { name, exact: true })
  await expect(drawer.getByRole('figure', { name: /CPU/ })).toBeVisible({ timeout: 30_000 })
  await expect(drawer.getByRole('figure', { name: /Memory/ })).toContainText('MiB')

  await drawer.getByRole('tab', { name: 'Log' }).click()
  const log = drawer.getByRole('log')
  await expect(log).toContainText('tick 5')
  // Not its inner text: of lines that were not drawn yet that holds nothing.
  const text = (await log.textContent()) ?? ''
  const seen = Math.max(...[...text.matchAll(/tick (\d+)/g)].map(([, tick]) => Number(tick)))
  await expect(log).toContainText(`tick ${seen + 10}`)
})

test('SES-08 a session is renamed', async ({ page, startSession, call }) => {
  const name = uniqueName('old')
  const renamed = uniqueName('new')
  const { id } = await startSession({ name })
  await page.goto(`/sessions/${id}`)
  await page.getByRole('button', { name: 'Rename' }).click()
  const field = page
    .getByRole('dialog', { name, exact: true })
    .getByRole('textbox', { name: 'Name', exact: true })
  await field.fill(renamed)
  await field.press('Enter')
  await expect(page.getByRole('dialog', { name: renamed, exact: true })).toBeVisible()
  expect((await call(api.session.show, { id })).name).toBe(renamed)
})

test('SES-08 a name that is entered for one session is not for another one that one goes to', async ({
  page,
  startSession,
}) => {
  const [first, second] = [uniqueName('one'), uniqueName('other')]
  const { id } = await startSession({ name: first, until: 'created' })
  await startSession({ name: second, until: 'created' })
  await page.goto(`/sessions/${id}`)
  await expect(page.getByRole('dialog', { name: first, exact: true })).toBeVisible()
  await page.keyboard.press('Control+k')
  await page.getByRole('combobox', { name: 'Search for pages' }).fill(second)
  await page.getByRole('option', { name: second }).click()
  const drawer = page.getByRole('dialog', { name: second, exact: true })
  await drawer.getByRole('button', { name: 'Rename' }).click()
  await expect(drawer.getByRole('textbox', { name: 'Name', exact: true })).toHaveValue(second)
  await page.goBack()
  const before = page.getByRole('dialog', { name: first, exact: true })
  await expect(before).toBeVisible()
  await expect(before.getByRole('textbox', { name: 'Name', exact: true })).toHaveCount(0)
})

for (const { how, confirm, takesS } of [
  { how: 'End', confirm: 'End', takesS: 30 },
  { how: 'End at once', confirm: 'End at once', takesS: 15 },
])
  test(`SES-08 a session ends with “${how}”, after a question`, async ({ page, startSession }) => {
    const name = uniqueName('ends')
    const { id } = await startSession({ name })
    await page.goto(`/sessions/${id}`)
    const drawer = page.getByRole('dialog', { name, exact: true })
    await drawer.getByRole('button', { name: how, exact: true }).click()
    const question = page.getByRole('dialog', { name: `End ${name}?` })
    await question.getByRole('button', { name: 'Cancel' }).click()
    await expect(drawer.getByRole('status').first()).toContainText('Running')
    await drawer.getByRole('button', { name: how, exact: true }).click()
    await question.getByRole('button', { name: confirm }).click()
    await expect(drawer.getByRole('status').first()).toContainText('Ended', {
      timeout: takesS * 1000,
    })
  })

test.describe('where a session is asked for that is not there', () => {
  test.use({ expectedErrors: [/404/] })

  test('its place says that, and does not seem to load for ever', async ({ page }) => {
    await page.goto(`/sessions/${crypto.randomUUID()}`)
    const drawer = page.getByRole('dialog', { name: 'Could not be loaded' })
    await expect(drawer.getByRole('alert')).toContainText('No such session')
    await drawer.getByRole('button', { name: 'Close' }).click()
    await expect(page.getByRole('heading', { name: 'Sessions', exact: true })).toBeVisible()
  })
})
