import { api } from '@capstan/contract/api'
import { expectUsable } from './support/access.ts'
import { fakeImage, test } from './support/machines.ts'
import { people } from './support/people.ts'
import { signedIn } from './support/signed-in.ts'
import { expect, uniqueName, waitFor } from './support/test.ts'

test.use({ who: 'user' })

test('SCH-02 SES-01 whoever waits is told where and about when in the details of the session, changes its priority there, and undoes that', async ({
  page,
  url,
  call,
  machines: { group, add },
}) => {
  await add({ ids: [uniqueName('node')], capacity: { cpu: 1, mem: 2 ** 30 } })
  const own = await signedIn(url, people.user)
  const { projects } = await own(api.account.show, {})
  const { items } = await own(api.image.list, {})
  const ask = async (as: typeof own, name: string): Promise<string> =>
    (
      await as(api.session.create, {
        name,
        projectId: projects.find(({ name }) => name === 'default')!.id,
        imageId: items.find(({ reference }) => reference === fakeImage.reference)!.id,
        resourceGroup: group,
        resources: { cpu: 1, mem: 2 ** 28 },
      })
    ).id
  const first = await ask(call, uniqueName('runs'))
  await waitFor(call, first, 'running')
  await ask(call, uniqueName('before'))
  const name = uniqueName('waits')
  const id = await ask(own, name)

  await page.goto(`/sessions/${id}`)
  const drawer = page.getByRole('dialog', { name, exact: true })
  const property = (label: string) =>
    drawer.locator('dl > div').filter({ has: page.getByText(label, { exact: true }) })
  await expect(property('Position')).toContainText('2 of 2')
  await expect(property('About when')).toContainText('not known')
  await property('Priority').getByRole('button', { name: 'Change the priority…' }).click()
  const field = drawer.getByRole('textbox', { name: 'Priority' })
  await expect(field).toBeFocused()
  await page.keyboard.type('101')
  await page.keyboard.press('Enter')
  await expect(field).toHaveAttribute('aria-invalid', 'true')
  await field.fill('')
  await page.keyboard.press('Enter')
  await expect(field).toHaveAttribute('aria-invalid', 'true')
  await field.fill('60')
  await expectUsable(page)
  await drawer.getByRole('button', { name: 'Change the priority', exact: true }).click()
  await expect(page.getByText(`The priority of ${name} is 60 now`)).toBeVisible()
  await expect(property('Position')).toContainText('1 of 2')
  await page.getByRole('button', { name: 'Undo' }).click()
  await expect(property('Position')).toContainText('2 of 2')
  await expect(property('Priority')).toContainText('10')
  // Its turn comes.
  await call(api.session.changePriority, { id, priority: 90 })
  await call(api.session.terminate, { ids: [first], force: false })
  await expect(drawer.getByRole('status').first()).toContainText('Running')
  await expect(property('Position')).toHaveCount(0)
})
