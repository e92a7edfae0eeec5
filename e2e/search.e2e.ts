import { api } from '@capstan/contract/api'
import type { Page } from '@playwright/test'
import { people, tinyImage } from './support/people.ts'
import { signedIn } from './support/signed-in.ts'
import { expectNarrow, faults } from './support/access.ts'
import { expect, test, uniqueName } from './support/test.ts'

const field = (page: Page) => page.getByRole('combobox', { name: 'Search for pages' })

/** Somebody, among all that has the text: their sessions and keypairs may have it too. */
const userOption = (page: Page, name: string) =>
  page.getByRole('group', { name: 'Users' }).getByRole('option', { name })

async function openSearch(page: Page): Promise<void> {
  // Before the page stands nobody hears the keys, and for a moment after it is drawn neither.
  await expect(page.getByRole('button', { name: 'Search' })).toBeVisible()
  await expect(async () => {
    await page.keyboard.press('Control+k')
    await expect(field(page)).toBeFocused({ timeout: 2000 })
  }).toPass({ timeout: 15_000 })
}

test('PLS-10 somebody is found by a part of the e-mail and opened with the keyboard alone, and is there again as a recent choice', async ({
  page,
  call,
}) => {
  const name = uniqueName('okapi')
  const email = `prof.${name}@example.test`
  const other = `${name}-b@example.test`
  const { id } = await call(api.user.create, { email, name, password: 'engine-no-1' })
  await call(api.user.create, { email: other, name: `b-${name}`, password: 'engine-no-1' })
  await page.goto('/sessions')
  await expect(page.getByRole('heading', { name: 'Sessions', exact: true })).toBeVisible()
  await openSearch(page)
  await page.keyboard.type(name)
  const options = page.getByRole('group', { name: 'Users' }).getByRole('option')
  await expect(options).toHaveCount(2)
  // The name of the first is the text itself, so it comes before the e-mail that begins with it.
  await expect(options.first()).toContainText(email)
  await expect(options.first()).toHaveAttribute('aria-selected', 'true')
  await page.keyboard.press('ArrowDown')
  await expect(options.nth(1)).toHaveAttribute('aria-selected', 'true')
  await expect(field(page)).toHaveAttribute(
    'aria-activedescendant',
    (await options.nth(1).getAttribute('id')) ?? '',
  )
  await page.keyboard.press('ArrowUp')
  await page.keyboard.press('Enter')
  await expect(page).toHaveURL(new RegExp(`/users/${id}`))
  await expect(page.getByRole('dialog', { name: email })).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(page.getByRole('dialog')).toHaveCount(0)
  await openSearch(page)
  await expect(page.getByRole('group', { name: 'Recent' }).getByRole('option')).toContainText(email)
  await page.keyboard.press('Escape')
  await expect(page.getByRole('dialog')).toHaveCount(0)
})

test('PLS-10 pages are found by their names, what is not there is said, and a field that is typed in does not hold the key back', async ({
  page,
}) => {
  await page.goto('/users')
  await page.getByRole('button', { name: 'Filter by e-mail' }).click()
  await page.getByPlaceholder('Contains…').focus()
  await openSearch(page)
  await page.keyboard.type('zzz-nothing-zzz')
  await expect(page.getByText('Nothing has “zzz-nothing-zzz” in its name')).toBeVisible()
  await field(page).fill('domains')
  await expect(page.getByRole('option', { name: 'Domains' })).toHaveAttribute(
    'aria-selected',
    'true',
  )
  await page.keyboard.press('Enter')
  await expect(page).toHaveURL(/\/domains/)
  await page.keyboard.press('Shift+?')
  await expect(page.getByRole('row', { name: 'Search for pages, people and things' })).toBeVisible()
})

for (const colorScheme of ['light', 'dark'] as const)
  test(`PLS-10 the ${colorScheme} search can be used by everybody, and on a phone`, async ({
    page,
  }) => {
    await page.emulateMedia({ colorScheme })
    await page.goto('/')
    await page.getByRole('button', { name: 'Search' }).click()
    await field(page).fill('admin')
    await expect(userOption(page, people.admin.email)).toBeVisible()
    expect(await faults(page)).toEqual([])
    await page.setViewportSize({ width: 390, height: 844 })
    await page.getByRole('dialog').getByRole('button', { name: 'Close' }).click()
    await expect(page.getByRole('dialog')).toHaveCount(0)
    await expectNarrow(page)
    await page.getByRole('button', { name: 'Search' }).click()
    await expect(field(page)).toBeFocused()
  })

test.describe('without the server', () => {
  test.use({ expectedErrors: [/Failed to load resource|ERR_FAILED|status of 500/] })

  test('PLS-10 a search that cannot be asked says so, and goes on once it can', async ({
    page,
  }) => {
    await page.goto('/users')
    await page.route('**/api/v1/search*', route => route.abort())
    await openSearch(page)
    await page.keyboard.type('admin')
    await expect(page.getByText('The server cannot be reached')).toBeVisible()
    await page.unroute('**/api/v1/search*')
    await page.getByRole('button', { name: 'Try again' }).click()
    await expect(userOption(page, people.admin.email)).toBeVisible()
  })
})

test.describe('who signs out', () => {
  test.use({ who: 'nobody', expectedErrors: [/status of 401/] })

  test('PLS-10 leaves nothing of what they looked for in the browser', async ({ page }) => {
    await page.goto('/sign-in')
    await page.getByLabel('E-mail').fill(people.user.email)
    await page.getByLabel('Password').fill(people.user.password)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await openSearch(page)
    await page.keyboard.type('my account')
    await page.keyboard.press('Enter')
    await expect(page).toHaveURL(/\/account/)
    const kept = () =>
      page.evaluate(() => Object.keys(localStorage).filter(key => key.includes('search')))
    expect(await kept()).toHaveLength(1)
    await page.getByRole('button', { name: 'Account', exact: true }).click()
    await page.getByRole('menuitem', { name: 'Sign out' }).click()
    await expect(page).toHaveURL(/\/sign-in/)
    expect(await kept()).toEqual([])
  })
})

test.describe('who administers nothing', () => {
  test.use({ who: 'user' })

  test('PLS-10 finds their own sessions and opens them, and finds no people, no keys and nobody else’s sessions', async ({
    page,
    url,
    startSession,
  }) => {
    const theirs = uniqueName('theirs')
    await startSession({ name: theirs, until: 'created' })
    const call = await signedIn(url, people.user)
    const { projects } = await call(api.account.show, {})
    const { items } = await call(api.image.list, {})
    const name = uniqueName('mine')
    const { id } = await call(api.session.create, {
      name,
      projectId: projects.find(({ type }) => type === 'general')!.id,
      imageId: items.find(({ reference }) => reference === tinyImage)!.id,
      resources: { cpu: 0.1, mem: 2 ** 26 },
    })
    await page.goto('/')
    await openSearch(page)
    await expect(page.getByRole('option', { name: 'Sessions' })).toBeVisible()
    await expect(page.getByRole('option', { name: 'Users' })).toHaveCount(0)
    for (const hidden of ['admin@', theirs, 'AKIA']) {
      await field(page).fill(hidden)
      await expect(page.getByText(`Nothing has “${hidden}” in its name`)).toBeVisible()
    }
    await field(page).fill(name.slice(2))
    await expect(page.getByRole('option', { name })).toBeVisible()
    await page.keyboard.press('Enter')
    await expect(page).toHaveURL(new RegExp(`/sessions/${id}`))
    await expect(page.getByRole('dialog', { name })).toBeVisible()
    await call(api.session.terminate, { ids: [id] })
  })
})
