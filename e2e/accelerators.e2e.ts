import { execFileSync } from 'node:child_process'
import { api } from '@capstan/contract/api'
import type { SessionDetails } from '@capstan/contract/session'
import { until } from '@capstan/testkit/system'
import { people, tinyImage } from './support/people.ts'
import { startRealMachines } from './support/real-machines.ts'
import { expect, test as base, uniqueName } from './support/test.ts'

interface Cluster {
  readonly group: string
  readonly ids: readonly [string, string]
}

/** Two agents with two mock GPUs each, in a resource group of their own, on the real container engine. */
const test = base.extend<{ readonly cluster: Cluster }>({
  cluster: async ({ url, call }, use) => {
    const group = uniqueName('mock')
    const ids = [uniqueName('machine'), uniqueName('machine')] as const
    await call(api.group.create, { name: group })
    const gpus = { kind: 'cuda', count: 2, model: 'Mock 40 GB', memory: '40GiB', shareStep: 0.25 }
    const stop = await startRealMachines(url, call, {
      ids,
      resourceGroup: group,
      mockDevices: [gpus],
    })
    // Each of them, beside the machine that was there: a container goes only where its image is.
    const haveImages = async (): Promise<boolean> => {
      const { items } = await call(api.image.list, { reference: tinyImage })
      return items.some(image => image.installedOn > ids.length)
    }
    await until('both have told their images', haveImages, { patienceMs: 30_000 })
    await use({ group, ids })
    const live = async (): Promise<string[]> => {
      const { items } = await call(api.session.list, { state: 'live', resourceGroup: group })
      return items.map(({ id }) => id)
    }
    const left = await live()
    if (left.length > 0) await call(api.session.terminate, { ids: left, force: false })
    await until('all sessions have ended', async () => (await live()).length === 0, {
      patienceMs: 60_000,
    })
    await stop()
    await call(api.group.update, { name: group, isActive: false })
  },
})

/** What a program in a container of a session is told by a variable. */
const variableOf = ({ id }: SessionDetails['kernels'][number], name: string): string =>
  execFileSync('docker', ['exec', `capstan-${id}`, 'sh', '-c', `echo "$${name}"`], {
    encoding: 'utf8',
  }).trim()

test('AGT-01 AGT-02 SCH-04 SES-06 containers on two machines get the shares of mock GPUs that the form asked for: they are told which, and the console shows it', async ({
  page,
  call,
  cluster: { group, ids },
}) => {
  const name = uniqueName('shared')
  await page.goto('/sessions/new')
  const form = page.getByRole('dialog', { name: 'Start a session' })
  await form.getByRole('textbox', { name: 'Name', exact: true }).fill(name)
  await form.getByRole('combobox', { name: 'Resource group' }).click()
  await page.getByRole('option', { name: group, exact: true }).click()
  await form.getByRole('combobox', { name: 'Environment' }).click()
  await page.getByRole('option', { name: tinyImage }).click()
  await form.getByRole('textbox', { name: 'CPU' }).fill('0.1')
  await form.getByRole('textbox', { name: 'Memory', exact: true }).fill('0.0625')
  await form.getByRole('textbox', { name: /GPU/ }).fill('0.4')
  await form.getByRole('textbox', { name: 'Containers' }).fill('2')
  await form.getByText('On one or several', { exact: true }).click()
  await form
    .getByRole('textbox', { name: 'Startup command' })
    .fill('echo "I am $BACKENDAI_CLUSTER_HOST and have $CAPSTAN_MOCK_DEVICES"')
  await form.getByRole('button', { name: 'Start session' }).click()

  const drawer = page.getByRole('dialog', { name, exact: true })
  await expect(drawer.getByRole('status').first()).toContainText('Running', { timeout: 60_000 })
  // Raised to the next step of the devices.
  await expect(drawer).toContainText('0.5')
  const id = new URL(page.url()).pathname.split('/')[2]!
  const session = await call(api.session.show, { id })
  expect(session.notices.join()).toContain('steps of 0.25')
  expect(new Set(session.kernels.map(({ agentId }) => agentId))).toEqual(new Set(ids))
  for (const kernel of session.kernels) {
    expect(variableOf(kernel, 'BACKENDAI_CLUSTER_HOST')).toBe(kernel.hostname)
    expect(variableOf(kernel, 'CAPSTAN_MOCK_DEVICES')).toBe('mock-cuda-0')
  }
  await drawer.getByRole('tab', { name: 'Log' }).click()
  await expect(drawer.getByRole('log')).toContainText('I am main1 and have mock-cuda-0')

  await page.goto(`/resources?group=${group}`)
  for (const node of ids) {
    const marks = page
      .getByRole('table')
      .getByRole('row')
      .filter({ hasText: node })
      .getByRole('button')
    await expect(marks).toHaveCount(2)
    await expect(marks.first()).toHaveAccessibleName(
      new RegExp(`Mock 40 GB.*50% given out.*${name} \\(${people.admin.email}\\)`),
    )
    await expect(marks.last()).toHaveAccessibleName(/Free/)
  }
  await page.goto(`/agents/${ids[0]}`)
  const machine = page.getByRole('dialog', { name: ids[0], exact: true })
  await expect(machine.getByRole('row').filter({ hasText: name }).first()).toContainText('0.5 / 1')

  await call(api.session.terminate, { ids: [id], force: false })
  const used = async (): Promise<number[]> => {
    const { items } = await call(api.device.list, { resourceGroup: group })
    return items.map(device => device.used)
  }
  await expect.poll(used, { timeout: 30_000 }).toEqual([0, 0, 0, 0])
})
