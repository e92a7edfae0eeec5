import { api } from '@capstan/contract/api'
import { expectUsable } from './support/access.ts'
import { test } from './support/machines.ts'
import { expect, uniqueName } from './support/test.ts'

interface Look {
  readonly what: string
  readonly path: string
  /** A heading that is there when the page is. */
  readonly heading: string
}

const pages: readonly Look[] = [
  { what: 'start page', path: '/', heading: 'Start' },
  { what: 'list of sessions', path: '/sessions', heading: 'Sessions' },
  { what: 'session form', path: '/sessions/new', heading: 'Start a session' },
  { what: 'list of model services', path: '/services', heading: 'Model services' },
  { what: 'form of a model service', path: '/services/new', heading: 'Start a model service' },
  { what: 'list of agents', path: '/agents', heading: 'Agents' },
  { what: 'list of users', path: '/users', heading: 'Users' },
  { what: 'form of a user', path: '/users/new', heading: 'Create a user' },
  { what: 'form of many users', path: '/users/-/many', heading: 'Create many users' },
  { what: 'list of keypairs', path: '/credentials', heading: 'Credentials' },
  { what: 'form of a keypair', path: '/credentials/new', heading: 'Add credential' },
  { what: 'list of keypair policies', path: '/policies/keypair', heading: 'Resource policy' },
  { what: 'list of user policies', path: '/policies/user', heading: 'Resource policy' },
  { what: 'list of project policies', path: '/policies/project', heading: 'Resource policy' },
  { what: 'form of a keypair policy', path: '/policies/keypair/-/new', heading: 'Create a policy' },
  { what: 'form of a user policy', path: '/policies/user/-/new', heading: 'Create a policy' },
  { what: 'form of a project policy', path: '/policies/project/-/new', heading: 'Create a policy' },
  { what: 'list of projects', path: '/projects', heading: 'Projects' },
  { what: 'form of a project', path: '/projects/new', heading: 'Create a project' },
  { what: 'list of domains', path: '/domains', heading: 'Domains' },
  { what: 'form of a domain', path: '/domains/-/new', heading: 'Create a domain' },
  { what: 'list of jobs', path: '/jobs', heading: 'Jobs' },
  { what: 'own account', path: '/account', heading: 'My account' },
]

for (const { what, path, heading } of pages)
  test(`the ${what} can be used by everybody, and on a phone`, async ({ page, startSession }) => {
    if (path === '/' || path === '/sessions') await startSession({ name: uniqueName('look') })
    await page.goto(path)
    await expect(page.getByRole('heading', { name: heading, exact: true })).toBeVisible()
    await page.waitForLoadState('load')
    await expectUsable(page)
  })

test('the details of a session can be used by everybody, and on a phone', async ({
  page,
  startSession,
}) => {
  const name = uniqueName('look')
  const { id } = await startSession({ name })
  await page.goto(`/sessions/${id}`)
  await expect(
    page.getByRole('dialog', { name, exact: true }).getByRole('status').first(),
  ).toContainText('Running')
  await expectUsable(page)
})

test('the details of a model service can be used by everybody, and on a phone', async ({
  page,
  startService,
}) => {
  const { id, name } = await startService({ command: 'exec sleep 600', replicaCount: 2 })
  await page.goto(`/services/${id}`)
  const drawer = page.getByRole('dialog', { name, exact: true })
  await expect(drawer.getByRole('status').first()).toHaveText('2 of 2 running')
  await expectUsable(page)
})

test('the details of an agent can be used by everybody, and on a phone', async ({
  page,
  machines,
}) => {
  const id = uniqueName('look')
  await machines.add({ ids: [id] })
  await page.goto(`/agents/${id}`)
  await expect(page.getByRole('region', { name: 'Live use' })).toBeVisible()
  await expectUsable(page)
})

const details = ['person', 'form of a person', 'keypair', 'project'] as const

for (const what of details)
  test(`the details of a ${what} can be used by everybody, and on a phone`, async ({
    page,
    call,
  }) => {
    const name = uniqueName('look')
    const email = `${name}@example.test`
    const user = await call(api.user.create, { email, name, password: 'engine-no-1' })
    const project = await call(api.project.create, { name })
    const [path, title] = {
      person: [`/users/${user.id}`, email],
      'form of a person': [`/users/${user.id}/edit`, `Edit ${email}`],
      keypair: [`/credentials/${user.mainAccessKey}`, user.mainAccessKey],
      project: [`/projects/${project.id}`, project.name],
    }[what]
    await page.goto(path!)
    await expect(page.getByRole('dialog', { name: title! })).toBeVisible()
    await page.waitForLoadState('load')
    await expectUsable(page)
  })

test.describe('signed out', () => {
  test.use({ who: 'nobody', expectedErrors: [/status of 401/] })

  test('the sign-in page can be used by everybody, and on a phone', async ({ page }) => {
    await page.goto('/sign-in')
    await expect(page.getByRole('heading', { name: 'Sign in' })).toBeVisible()
    await expectUsable(page)
  })
})
