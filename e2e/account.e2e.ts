import { firstProject, people, secondProject } from './support/people.ts'
import { expect, test, uniqueName } from './support/test.ts'

test.describe('signing in', () => {
  // The browser itself reports every answer of 401.
  test.use({ who: 'nobody', expectedErrors: [/status of 401/] })

  test('ACC-01 signs in with e-mail and password, and goes where one wanted to', async ({
    page,
  }) => {
    await page.goto('/sessions')
    await expect(page.getByRole('heading', { name: 'Sign in' })).toBeVisible()
    await page.getByLabel('E-mail').fill(people.admin.email)
    await page.getByLabel('Password', { exact: true }).fill(people.admin.password)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await expect(page.getByRole('heading', { name: 'Sessions', exact: true })).toBeVisible()

    await page.getByRole('button', { name: 'Account', exact: true }).click()
    const menu = page.getByRole('menu', { name: 'Account' })
    await expect(menu.getByText(people.admin.email)).toBeVisible()
    await menu.getByRole('menuitem', { name: 'Sign out' }).click()
    await expect(page.getByRole('heading', { name: 'Sign in' })).toBeVisible()
  })

  for (const [what, email] of [
    ['password', people.admin.email],
    ['address', 'nobody@example.test'],
  ] as const)
    test(`ACC-01 refuses a wrong ${what} in the same words`, async ({ page }) => {
      await page.goto('/sign-in')
      await page.getByLabel('E-mail').fill(email)
      await page.getByLabel('Password', { exact: true }).fill('not-the-password-3')
      await page.getByRole('button', { name: 'Sign in' }).click()
      await expect(page.getByRole('alert')).toContainText('E-mail or password is not right')
      await expect(page).toHaveURL(/\/sign-in/)
    })
})

test('ACC-03 shows administration to an administrator', async ({ page }) => {
  await page.goto('/')
  const administration = page.getByRole('region', { name: 'Administration' })
  await administration.getByRole('link', { name: 'Resources' }).click()
  await expect(page.getByRole('heading', { name: 'Agents', exact: true })).toBeVisible()
})

test.describe('a user who administers nothing', () => {
  test.use({ who: 'user' })

  test('ACC-03 does not see administration, and its page refuses', async ({ page }) => {
    await page.goto('/')
    await expect(page.getByRole('link', { name: 'Sessions', exact: true })).toBeVisible()
    await expect(page.getByRole('region', { name: 'Administration' })).toHaveCount(0)
    await page.goto('/agents')
    await expect(page.getByText('Your account may not see this page')).toBeVisible()
  })
})

test('ACC-06 the sessions page follows the project that is chosen', async ({
  page,
  startSession,
}) => {
  const here = uniqueName('here')
  const there = uniqueName('there')
  await startSession({ name: here, until: 'created' })
  await startSession({ name: there, project: secondProject, until: 'created' })
  await page.goto('/sessions')
  const project = page.getByRole('combobox', { name: 'Project', exact: true })
  const row = (name: string) => page.getByRole('link', { name, exact: true })

  await project.click()
  await page.getByRole('option', { name: firstProject, exact: true }).click()
  await expect(row(here)).toBeVisible()
  await expect(row(there)).toHaveCount(0)
  await project.click()
  await page.getByRole('option', { name: secondProject, exact: true }).click()
  await expect(row(there)).toBeVisible()
  await expect(row(here)).toHaveCount(0)
  await page.reload()
  await expect(row(there)).toBeVisible()
  await expect(row(here)).toHaveCount(0)
})
