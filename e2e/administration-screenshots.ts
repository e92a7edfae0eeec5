// Pictures for docs/administration, of a real system: `node e2e/administration-screenshots.ts FOLDER`, after `npm run build`.
import { api } from '@capstan/contract/api'
import type { Call } from '@capstan/contract/client'
import { type Browser, chromium, type Page } from '@playwright/test'
import { chromiumLaunch } from '@capstan/testkit/chromium'
import { addGpuCluster } from './support/gpu-cluster.ts'
import { people } from './support/people.ts'
import { desktop, openAsAdmin, shoot, take } from './support/pictures.ts'
import setup from './support/setup.ts'
import { signedIn } from './support/signed-in.ts'

if (process.argv[2] === undefined)
  throw new Error('say where the pictures go: node e2e/administration-screenshots.ts FOLDER')

const GiB = 2 ** 30
const hourS = 3600

/** A department of a university. */
const names = [
  ['ada.marsh', 'Ada Marsh', 'Head of the vision group'],
  ['ben.okafor', 'Ben Okafor', 'Doctoral student'],
  ['chiara.lund', 'Chiara Lund', 'Doctoral student'],
  ['dae.kim', 'Dae Kim', 'Teaches the course on speech'],
  ['elif.arslan', 'Elif Arslan', ''],
  ['farid.nouri', 'Farid Nouri', 'Guest until March'],
  ['gwen.price', 'Gwen Price', ''],
  ['hugo.vidal', 'Hugo Vidal', 'Master’s thesis'],
  ['ines.roth', 'Ines Roth', 'Master’s thesis'],
  ['jun.tanaka', 'Jun Tanaka', ''],
  ['kofi.mensah', 'Kofi Mensah', 'Laboratory engineer'],
  ['lena.holm', 'Lena Holm', ''],
] as const

const emailOf = (name: string): string => `${name}@lab.example`

const stop = await setup()
try {
  const url = process.env['CAPSTAN_E2E_URL'] ?? ''
  const call = await signedIn(url, people.admin)
  await addExamples(call)
  const removeGpuCluster = await addGpuCluster(url, call)
  const browser = await chromium.launch(chromiumLaunch)
  try {
    await takeAll(browser, url)
  } finally {
    await browser.close()
    await removeGpuCluster()
  }
} finally {
  await stop()
}

async function addExamples(call: Call): Promise<void> {
  await addPolicies(call)
  const ids: string[] = []
  for (const [at, [name, fullName, description]] of names.entries()) {
    const { id } = await call(api.user.create, {
      email: emailOf(name),
      name,
      fullName,
      description,
      password: 'engine-no-1',
      role: at === 0 ? 'admin' : 'user',
      policy: at < 5 ? 'staff' : 'students',
      keypairPolicy: at < 5 ? 'staff' : 'students',
    })
    ids.push(id)
  }
  await call(api.user.update, { id: ids[5]!, status: 'before-verification' })
  await call(api.user.update, { id: ids[6]!, isPasswordChangeRequired: true })
  const project = await call(api.project.create, {
    name: 'speech',
    domainName: 'default',
    description: 'Recognition of speech in noise',
  })
  await call(api.project.changeMembers, {
    id: project.id,
    add: names.slice(0, 7).map(([name]) => emailOf(name)),
  })
}

async function addPolicies(call: Call): Promise<void> {
  await call(api.keypairPolicy.create, {
    name: 'staff',
    maxResources: { cpu: 32, mem: 128 * GiB },
    maxConcurrentCount: 10,
    maxClusterSize: 4,
    idleTimeoutS: 24 * hourS,
  })
  await call(api.keypairPolicy.create, {
    name: 'students',
    maxResources: { cpu: 4, mem: 16 * GiB },
    maxConcurrentCount: 2,
    maxPendingCount: 3,
    maxLifetimeS: 12 * hourS,
    idleTimeoutS: hourS,
  })
  await call(api.userPolicy.create, {
    name: 'staff',
    maxFolderCount: 50,
    maxFolderBytes: 500 * GiB,
  })
  await call(api.userPolicy.create, {
    name: 'students',
    maxFolderCount: 5,
    maxFolderBytes: 20 * GiB,
    maxServiceSessionCount: 1,
    maxCustomImageCount: 2,
  })
  await call(api.projectPolicy.create, {
    name: 'course',
    maxFolderCount: 3,
    maxFolderBytes: 200 * GiB,
    maxNetworkCount: 2,
  })
}

async function takeAll(browser: Browser, url: string): Promise<void> {
  const { context, page } = await openAsAdmin(browser, url, { viewport: desktop })
  await take(page, { path: '/users', name: 'users', sees: 'ada.marsh' })
  await page.getByRole('link', { name: 'kofi.mensah@lab.example' }).click()
  await shoot(page, 'user')
  await take(page, { path: '/users/new', name: 'user-form', sees: 'Password again' })
  await take(page, { path: '/credentials', name: 'credentials', sees: 'Requests in 15 min' })
  for (const kind of ['keypair', 'user', 'project'])
    await take(page, {
      path: `/policies/${kind}`,
      name: `${kind}-policies`,
      sees: kind === 'project' ? 'course' : 'students',
    })
  await takeImpact(page)
  await take(page, { path: '/projects', name: 'projects', sees: 'speech' })
  await take(page, { path: '/log', name: 'log', sees: 'Created the user' })
  await takeOverview(page)
  await take(page, { path: '/resource-groups', name: 'resource-groups', sees: 'default' })
  await takeScheduling(page)
  await takeSearch(page)
  await context.close()
}

/** What a lower limit would touch, before it is saved. */
async function takeImpact(page: Page): Promise<void> {
  await page.goto('/policies/keypair/students')
  const field = page
    .getByRole('dialog')
    .getByRole('textbox', { name: 'Sessions at once', exact: true })
  await field.fill('1')
  await page.getByText('may have').first().waitFor()
  await shoot(page, 'policy-impact')
}

/** Machines and their accelerators, with the hint of one that is given out. */
async function takeOverview(page: Page): Promise<void> {
  await page.goto('/resources')
  await page.locator('[data-mark][data-used]').first().hover()
  await shoot(page, 'overview')
  await page.mouse.move(0, 0)
}

/** Who waits for the GPU machines, what other settings would make of that, and whom maintenance would hit. */
async function takeScheduling(page: Page): Promise<void> {
  await take(page, { path: '/scheduler?group=gpu', name: 'queue', sees: 'deadline-demo' })
  await takePriority(page)
  await page.goto('/scheduler/-/what-if?group=gpu')
  const trial = page.getByRole('dialog')
  await trial.getByRole('combobox', { name: 'Scheduler' }).selectOption('lifo')
  await trial.getByRole('checkbox', { name: /kept free: Never$/ }).check()
  await trial.getByText('fare otherwise:').waitFor()
  await trial.getByRole('row').last().scrollIntoViewIfNeeded()
  await shoot(page, 'what-if')
  await take(page, {
    path: '/agents?resourceGroup=gpu&change=drain&picked=gpu-01',
    name: 'drain',
    sees: 'hit.',
  })
}

/** Where sessions would stand with another priority. */
async function takePriority(page: Page): Promise<void> {
  for (const name of ['pretrain-large', 'notebook'])
    await page.getByRole('checkbox', { name: `Select ${name}` }).check()
  await page.getByRole('button', { name: 'Change the priority…' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('button', { name: 'Before all others' }).click()
  await dialog.getByText('10 → 41').first().waitFor()
  await dialog.getByText('Waits at 1', { exact: true }).first().waitFor()
  await shoot(page, 'priority')
}

async function takeSearch(page: Page): Promise<void> {
  await page.goto('/users')
  await page.getByRole('row').nth(1).waitFor()
  await page.keyboard.press('Control+K')
  await page.getByRole('combobox', { name: 'Search for pages' }).fill('spe')
  await page.getByRole('option', { name: 'speech' }).first().waitFor()
  await shoot(page, 'search')
}
