import { AxeBuilder } from '@axe-core/playwright'
import { expect, test } from './support/test.ts'

test.use({ expectedErrors: [/ERR_FAILED|dynamically imported module/] })

test('a part of the console that does not arrive is asked for again, then named, and comes with another try', async ({
  page,
}) => {
  await page.goto('/sessions')
  await expect(page.getByRole('heading', { name: 'Sessions', exact: true })).toBeVisible()
  let asked = 0
  await page.route('**/assets/AgentsPage-*.js', route => {
    asked++
    return route.abort()
  })
  await page.getByRole('link', { name: 'Resources' }).click()
  const alert = page.getByRole('alert')
  await expect(alert).toContainText('cannot be reached')
  expect(asked).toBeGreaterThan(1)
  await page.unroute('**/assets/AgentsPage-*.js')
  await alert.getByRole('button', { name: 'Try again' }).click()
  await expect(page.getByRole('heading', { name: 'Agents', exact: true })).toBeVisible()
})

test('a console that does not load at all says so', async ({ page }) => {
  await page.route('**/assets/console-*.js', route => route.abort())
  await page.goto('/sessions')
  await expect(page.getByText('The console has not loaded')).toBeVisible()
})

test('a page that takes its time says that it loads, to those who cannot see it too', async ({
  page,
}) => {
  await page.goto('/sessions')
  await expect(page.getByRole('heading', { name: 'Sessions', exact: true })).toBeVisible()
  const held = Promise.withResolvers<void>()
  await page.route('**/api/v1/resource-groups**', async route => {
    await held.promise
    await route.continue()
  })
  await page.getByRole('link', { name: 'Scheduler' }).click()
  await expect(page.getByRole('progressbar', { name: 'Loading' })).toBeVisible()
  const { violations } = await new AxeBuilder({ page }).setLegacyMode().analyze()
  // As in all pages; that its heading comes with it is no fault.
  const grave = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')
  expect(grave.map(({ id }) => id)).toEqual([])
  held.resolve()
  await expect(page.getByRole('progressbar', { name: 'Loading' })).toHaveCount(0)
})
