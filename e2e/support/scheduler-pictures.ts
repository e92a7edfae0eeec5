import { setTimeout as sleep } from 'node:timers/promises'
import { api } from '@capstan/contract/api'
import type { Call } from '@capstan/contract/client'
import { until } from '@capstan/testkit/system'
import type { Page } from '@playwright/test'
import { askFor, endAllOf, exampleGpus } from './example-sessions.ts'
import { addMachines } from './machines.ts'
import { firstProject } from './people.ts'
import { shoot } from './pictures.ts'

const GiB = 2 ** 30
const group = 'turns'

/** What the manager keeps of past use, it keeps once a minute; who is new begins with nothing. */
const keptMs = 130_000

const emailOf = (name: string): string => `${name}@lab.example`
const gpus = (owner: string, name: string, count: number, given: object = {}) => ({
  name,
  owner: emailOf(owner),
  resources: { 'cuda.device': count },
  ...given,
})

/** One machine of eight GPUs: Dae had all of it a moment ago, Ada, Ben and Chiara have it now, and all of them wait for more. */
export async function makeQueue(url: string, call: Call): Promise<() => Promise<void>> {
  await addOwners(call)
  await call(api.group.create, {
    name: group,
    scheduler: 'fair-share',
    halfLifeS: 60,
    reserveAfterS: null,
  })
  const fleet = await addMachines(url, call, {
    ids: ['turns-1'],
    resourceGroup: group,
    capacity: { cpu: 64, mem: 512 * GiB },
    devices: exampleGpus(8, 'cuda.device'),
  })
  const [sweep] = await askFor(call, group, [gpus('dae', 'sweep', 8)])
  await running(call, 1)
  await sleep(keptMs)
  await call(api.session.terminate, { ids: [sweep!], force: false })
  await running(call, 0)
  await askFor(call, group, [
    gpus('ada', 'pretrain', 5, { isPreemptible: true }),
    gpus('ben', 'notebook', 1),
    gpus('chiara', 'label', 2),
  ])
  await running(call, 3)
  await askFor(call, group, [
    gpus('ada', 'ada-first', 2),
    gpus('ada', 'ada-second', 1),
    gpus('chiara', 'chiara-first', 1),
    gpus('ben', 'ben-first', 1),
    gpus('dae', 'dae-first', 2),
    gpus('chiara', 'deadline-demo', 4, { priority: 40 }),
  ])
  return async () => {
    await endAllOf(call, group)
    await fleet.stop()
  }
}

async function running(call: Call, count: number): Promise<void> {
  await until(
    `${count} run`,
    async () => {
      const { items } = await call(api.session.list, { state: 'live', resourceGroup: group })
      return items.length === count && items.every(({ status }) => status === 'running')
    },
    { patienceMs: 30_000 },
  )
}

async function addOwners(call: Call): Promise<void> {
  const names = ['ada', 'ben', 'chiara', 'dae']
  for (const name of names)
    await call(api.user.create, { email: emailOf(name), name, password: 'engine-no-1' })
  const { projects } = await call(api.account.show, {})
  const project = projects.find(({ name }) => name === firstProject)!
  await call(api.project.changeMembers, { id: project.id, add: names.map(emailOf) })
}

/** The queue in the order of each scheduler, and whom `priority` would end. */
export async function takeSchedulers(page: Page, call: Call): Promise<void> {
  const { id } = await call(api.account.show, {})
  const hidden = { status: false, createdAt: false, expectedAt: false }
  await page.evaluate(
    ([key, value]) => {
      localStorage.setItem(key!, value!)
    },
    [`capstan.table.${id}.queue`, JSON.stringify({ columns: hidden, isDense: true })],
  )
  await page.setViewportSize({ width: 1000, height: 900 })
  for (const scheduler of ['fifo', 'lifo', 'drf', 'fair-share'] as const) {
    await call(api.group.update, { name: group, scheduler })
    await page.goto(`/scheduler?group=${group}`)
    await page.getByRole('link', { name: 'deadline-demo' }).waitFor()
    await shoot(page, `turn-${scheduler}`, page.getByRole('table'))
  }
  await call(api.group.update, { name: group, scheduler: 'fifo' })
  await page.setViewportSize({ width: 1000, height: 1400 })
  const settings = JSON.stringify({ scheduler: 'priority', isPreemptionEnabled: true })
  await page.goto(`/scheduler/-/what-if?group=${group}&settings=${encodeURIComponent(settings)}`)
  const outcome = page.getByRole('dialog').getByRole('region', { name: /Try out/ })
  await outcome.getByText('pretrain').waitFor()
  await shoot(page, 'turn-priority', outcome)
}
