import { api } from '@capstan/contract/api'
import { volumePermissions } from '@capstan/contract/allowed-volumes'
import { signedIn } from './support/signed-in.ts'
import { expect, test, uniqueName } from './support/test.ts'

const GiB = 2 ** 30

test('POL-01 POL-02 POL-03 POL-04 a keypair policy is created with limits within their largest, ∞ for the rest, and deleted', async ({
  page,
  call,
}) => {
  const name = uniqueName('lab')
  await page.goto(`/policies/keypair?name=${name}`)
  await page.getByRole('link', { name: 'Create a policy' }).click()
  const form = page.getByRole('dialog', { name: 'Create a policy' })
  await form.getByRole('textbox', { name: 'Name' }).fill('default')
  const fields = form.getByRole('group', { name: 'Resources at once' })
  for (const [label, tooMuch, right] of [
    ['CPU', '513', '16'],
    ['Memory', '1025', '64'],
    ['GPU', '65', '2'],
    ['GPU share', '257', '1.5'],
  ] as const) {
    await fields.getByLabel(`${label}: Unlimited`, { exact: true }).uncheck()
    const field = fields.getByRole('textbox', { name: label, exact: true })
    await field.fill(tooMuch)
    await field.blur()
    await expect(field).toHaveAttribute('aria-invalid', 'true')
    await field.fill(right)
  }
  const sessions = form.getByRole('group', { name: 'Sessions' })
  for (const [label, value] of [
    ['Sessions at once', '5'],
    ['Containers in a session', '4'],
    ['Longest session', '172800'],
    ['Ended when idle for', '3600'],
    ['Sessions that wait', '10'],
  ] as const) {
    await sessions.getByLabel(`${label}: Unlimited`, { exact: true }).uncheck()
    await sessions.getByRole('textbox', { name: label, exact: true }).fill(value)
  }
  await form.getByRole('button', { name: 'Create a policy' }).click()
  await expect(form.getByText('default is taken')).toBeVisible()
  await form.getByRole('textbox', { name: 'Name' }).fill(name)
  await form.getByRole('button', { name: 'Create a policy' }).click()
  await expect(form).toHaveCount(0)

  const row = page.getByRole('row').filter({ hasText: name })
  await expect(row).toContainText('16 cores · 64 GiB')
  await expect(row).toContainText('2d')
  expect(await call(api.keypairPolicy.show, { name })).toMatchObject({
    maxResources: { cpu: 16, mem: 64 * GiB, 'cuda.device': 2, 'cuda.shares': 1.5 },
    maxConcurrentCount: 5,
    maxClusterSize: 4,
    maxLifetimeS: 172_800,
    idleTimeoutS: 3600,
    maxPendingCount: 10,
    maxSftpCount: null,
  })

  await page.getByRole('button', { name: `Delete: ${name}` }).click()
  await page
    .getByRole('dialog', { name: `Delete policy ${name}?` })
    .getByRole('button', { name: 'Delete' })
    .click()
  await expect(row).toHaveCount(0)
  await page.goto('/policies/keypair?name=default')
  const usual = page.getByRole('link', { name: 'default', exact: true })
  await expect(page.getByRole('row').filter({ has: usual })).toContainText('∞')
})
// What the form refuses, the server did not see; the taken name, it did.
test.use({ expectedErrors: [/status of 409/] })

test('POL-02 the name of a policy cannot be changed, and leaving what was entered is asked about', async ({
  page,
  call,
}) => {
  const name = uniqueName('lab')
  await call(api.keypairPolicy.create, { name, maxConcurrentCount: 3 })
  await page.goto(`/policies/keypair?name=${name}`)
  await page.getByRole('button', { name: `Edit: ${name}` }).click()
  const form = page.getByRole('dialog', { name: `Edit policy ${name}` })
  await expect(form.getByRole('textbox', { name: 'Name' })).not.toBeEditable()
  await form.getByRole('textbox', { name: 'Sessions at once', exact: true }).fill('7')
  await page.keyboard.press('Escape')
  const question = page.getByRole('dialog', { name: 'Leave without saving?' })
  await question.getByRole('button', { name: 'Stay' }).click()
  await expect(form.getByRole('textbox', { name: 'Sessions at once', exact: true })).toHaveValue(
    '7',
  )
  await page.keyboard.press('Escape')
  await question.getByRole('button', { name: 'Leave' }).click()
  await expect(form).toHaveCount(0)
  expect((await call(api.keypairPolicy.show, { name })).maxConcurrentCount).toBe(3)
})

test('POL-08 before a change is saved it is said whom it touches, and who is above the new limit', async ({
  page,
  url,
  call,
  startSession,
}) => {
  const name = uniqueName('lab')
  await call(api.keypairPolicy.create, { name, maxConcurrentCount: 3 })
  // Somebody of their own: others start sessions as the administrator meanwhile.
  const person = uniqueName('pol')
  const [email, password] = [`${person}@example.test`, 'engine-no-1']
  const user = { email, password, name: person, keypairPolicy: name }
  const { mainAccessKey: accessKey } = await call(api.user.create, user)
  await startSession({ name: uniqueName('held'), as: await signedIn(url, { email, password }) })
  await page.goto(`/policies/keypair/${name}`)
  const form = page.getByRole('dialog', { name: `Edit policy ${name}` })
  await expect(form.getByRole('button', { name: 'Apply to 1 keypair' })).toBeVisible()
  await form.getByRole('textbox', { name: 'Sessions at once', exact: true }).fill('0')
  await expect(form.getByText('This changes what 1 keypair may have.')).toBeVisible()
  await expect(form.getByText('1 of them has more in use than that')).toBeVisible()
  await expect(form.getByRole('listitem').filter({ hasText: accessKey })).toBeVisible()
  expect((await call(api.keypairPolicy.show, { name })).maxConcurrentCount).toBe(3)
})

test('POL-07 a policy that somebody follows is deleted only with another one in its place; its followers can be seen', async ({
  page,
  call,
}) => {
  const [name, other] = [uniqueName('old'), uniqueName('new')]
  await call(api.keypairPolicy.create, { name })
  await call(api.keypairPolicy.create, { name: other })
  const person = uniqueName('pol')
  const user = await call(api.user.create, {
    email: `${person}@example.test`,
    name: person,
    password: 'engine-no-1',
    keypairPolicy: name,
  })
  // The keypair of somebody inactive counts too.
  await call(api.user.update, { id: user.id, status: 'inactive', deactivateKeypairs: true })
  await page.goto(`/policies/keypair?name=${name}`)
  await page.getByRole('button', { name: `Delete: ${name}` }).click()
  const dialog = page.getByRole('dialog', { name: `Delete policy ${name}?` })
  await expect(dialog).toContainText('Keypairs: 1.')
  await expect(dialog.getByRole('button', { name: 'Reassign and delete' })).toBeDisabled()
  await dialog.getByRole('link', { name: '1' }).click()
  await expect(page.getByRole('link', { name: user.mainAccessKey })).toBeVisible()
  await page.goBack()
  await page.getByRole('button', { name: `Delete: ${name}` }).click()
  await dialog.getByLabel('Give them this policy instead').selectOption(other)
  await dialog.getByRole('button', { name: 'Reassign and delete' }).click()
  await expect(page.getByRole('link', { name, exact: true })).toHaveCount(0)
  const { policy } = await call(api.keypair.show, { accessKey: user.mainAccessKey })
  expect(policy).toBe(other)
})

// POL-05 and POL-12 are whole when folders are there to hold to them.
test('volumes are allowed to a keypair policy with what may be done in each', async ({
  page,
  call,
}) => {
  const name = uniqueName('vol')
  const [volume] = (await call(api.storage.list, {})).items
  await call(api.keypairPolicy.create, { name })
  await page.goto(`/policies/keypair/${name}`)
  const form = page.getByRole('dialog', { name: `Edit policy ${name}` })
  await form.getByRole('combobox', { name: 'Allowed volumes' }).press('ArrowDown')
  await page.getByRole('option', { name: volume!.name }).click()
  await page.keyboard.press('Tab')
  await form
    .getByRole('combobox', { name: `What may be done in ${volume!.name}` })
    .press('ArrowDown')
  await page.getByRole('option', { name: 'Delete folders' }).click()
  await page.keyboard.press('Tab')
  await form.getByRole('button', { name: 'Save' }).click()
  await expect(form).toHaveCount(0)
  const { allowedVolumes } = await call(api.keypairPolicy.show, { name })
  expect(allowedVolumes).toEqual({
    [volume!.name]: volumePermissions.filter(each => each !== 'delete-folder'),
  })
  await page.goto(`/policies/keypair/${name}`)
  await expect(form.getByText(volume!.name).first()).toBeVisible()
})

for (const { kind, legend, values, expected } of [
  {
    kind: 'user',
    legend: 'Limits of a user',
    values: [
      ['Folders', '20'],
      ['Size of all folders', '1.5'],
      ['Sessions of a model service', '4'],
      ['Customized images', '3'],
    ],
    expected: {
      maxFolderCount: 20,
      maxFolderBytes: 1.5 * GiB,
      maxServiceSessionCount: 4,
      maxCustomImageCount: 3,
    },
  },
  {
    kind: 'project',
    legend: 'Limits of a project',
    values: [
      ['Folders', '40'],
      ['Size of all folders', '100'],
      ['Networks', '2'],
    ],
    expected: { maxFolderCount: 40, maxFolderBytes: 100 * GiB, maxNetworkCount: 2 },
  },
] as const)
  test(`${kind === 'user' ? 'POL-11 POL-13' : 'POL-21 POL-22'} a ${kind} policy is created unlimited, given limits, shown with them and deleted`, async ({
    page,
    call,
  }) => {
    const name = uniqueName('pol')
    await page.goto(`/policies/${kind}?name=${name}`)
    await page.getByRole('link', { name: 'Create a policy' }).click()
    const form = page.getByRole('dialog', { name: 'Create a policy' })
    await form.getByRole('textbox', { name: 'Name' }).fill(name)
    await form.getByRole('button', { name: 'Create a policy' }).click()
    const row = page.getByRole('row').filter({ hasText: name })
    await expect(row.getByText('∞')).toHaveCount(values.length)
    await page.getByRole('button', { name: `Edit: ${name}` }).click()
    const edit = page.getByRole('dialog', { name: `Edit policy ${name}` })
    const fields = edit.getByRole('group', { name: legend })
    for (const [label, value] of values) {
      await fields.getByLabel(`${label}: Unlimited`, { exact: true }).uncheck()
      await fields.getByRole('textbox', { name: label, exact: true }).fill(value)
    }
    await edit.getByRole('button', { name: 'Save' }).click()
    await expect(row.getByText('∞')).toHaveCount(0)
    const saved =
      kind === 'user'
        ? await call(api.userPolicy.show, { name })
        : await call(api.projectPolicy.show, { name })
    expect(saved).toMatchObject(expected)
    await page.getByRole('button', { name: `Delete: ${name}` }).click()
    await page
      .getByRole('dialog', { name: `Delete policy ${name}?` })
      .getByRole('button', { name: 'Delete' })
      .click()
    await expect(row).toHaveCount(0)
  })

test('POL-31 the gear chooses which columns a policy table shows, and that is remembered', async ({
  page,
}) => {
  await page.goto('/policies/keypair')
  const header = (name: string) => page.getByRole('columnheader', { name })
  await expect(header('SFTP sessions at once')).toHaveCount(0)
  await page.getByRole('button', { name: 'Columns' }).click()
  const chooser = page.getByRole('dialog', { name: 'Columns' })
  await chooser.getByLabel('SFTP sessions at once').check()
  await chooser.getByLabel('Longest session').uncheck()
  await expect(chooser.getByLabel('Name')).toBeDisabled()
  await page.keyboard.press('Escape')
  await expect(page.getByRole('button', { name: 'Columns' })).toBeFocused()
  await page.reload()
  await expect(header('SFTP sessions at once')).toBeVisible()
  await expect(header('Longest session')).toHaveCount(0)
  await page.getByRole('button', { name: 'Columns' }).click()
  await chooser.getByRole('button', { name: 'Reset' }).click()
  await expect(header('Longest session')).toBeVisible()
})

test('POL-32 policies are imported from a CSV file of the Tools menu, after a look, all of them or none', async ({
  page,
  call,
}) => {
  const name = uniqueName('file')
  const choose = async (text: string): Promise<void> => {
    const chooser = page.waitForEvent('filechooser')
    await page.getByRole('button', { name: 'CSV file' }).click()
    const file = { name: 'policies.csv', mimeType: 'text/csv', buffer: Buffer.from(text) }
    await (await chooser).setFiles(file)
  }
  await page.goto('/policies/user')
  await page.getByRole('button', { name: 'Tools' }).click()
  await page.getByRole('menuitem', { name: 'Import…' }).click()
  const drawer = page.getByRole('dialog', { name: 'Import user policies' })
  await choose(`name,maxFolderCount\n${name},3\n${name}-2,many\n`)
  await drawer.getByRole('button', { name: 'Check' }).click()
  await expect(drawer.getByRole('row', { name: /^3 maxFolderCount/ })).toBeVisible()
  expect((await call(api.userPolicy.list, { name })).count).toBe(0)
  await drawer.getByRole('button', { name: 'Clear' }).click()
  await choose(`name,maxFolderCount\n${name},3\n${name}-2,4\n`)
  await drawer.getByRole('button', { name: 'Check' }).click()
  await expect(drawer.getByText('2 created, 0 changed, 0 as they are')).toBeVisible()
  await drawer.getByRole('button', { name: 'Import 2 policies' }).click()
  await expect(drawer).toHaveCount(0)
  expect(await call(api.userPolicy.show, { name })).toMatchObject({ maxFolderCount: 3 })
  expect((await call(api.userPolicy.list, { name })).count).toBe(2)
})

test('POL-08 POL-32 before an import one sees which policies change, and for how many', async ({
  page,
  call,
}) => {
  const name = uniqueName('file')
  await call(api.userPolicy.create, { name, maxFolderCount: 3 })
  await page.goto('/policies/user/-/import')
  const drawer = page.getByRole('dialog', { name: 'Import user policies' })
  const chooser = page.waitForEvent('filechooser')
  await drawer.getByRole('button', { name: 'CSV file' }).click()
  const buffer = Buffer.from(`name,maxFolderCount\n${name},2\n`)
  await (await chooser).setFiles({ name: 'policies.csv', mimeType: 'text/csv', buffer })
  await drawer.getByRole('button', { name: 'Check' }).click()
  await expect(drawer.getByText('Nobody follows the policies that change.')).toBeVisible()
  await expect(drawer.getByRole('listitem')).toHaveText(`${name}: nobody follows it`)
})
