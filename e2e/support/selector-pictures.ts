import { api } from '@capstan/contract/api'
import type { Call } from '@capstan/contract/client'
import type { Selector } from '@capstan/contract/group'
import { until } from '@capstan/testkit/system'
import type { Page } from '@playwright/test'
import { askFor, endAllOf, exampleGpus } from './example-sessions.ts'
import { addMachines } from './machines.ts'
import { shoot } from './pictures.ts'

const GiB = 2 ** 30

/** Parts of GPUs and whole ones: more than half of what there is. */
const easy = [0.5, 4, 0.3, 0.5, 0.2, 2, 0.5, 0.5, 0.3, 0.5, 0.2, 1, 0.5, 0.2].map(gpus => ({
  cpu: 1,
  'cuda.shares': gpus,
}))

/** Cores and GPUs: one more GPU than there is, so that those are missed that have no cores left beside them. */
const tight = (
  [
    [2, 1],
    [4, 2],
    [2, 1],
    [4, 2],
    [2, 1],
    [6, 1],
    [10, 1],
    [6, 1],
    [6, 1],
    [2, 1],
    [10, 1],
    [4, 2],
    [6, 1],
    [2, 1],
  ] as const
).map(([cpu, gpus]) => ({ cpu, 'cuda.device': gpus }))

interface Run {
  readonly selector: Selector
  readonly workload: 'easy' | 'tight'
}

const runs: readonly Run[] = [
  { selector: 'dispersed', workload: 'easy' },
  { selector: 'concentrated', workload: 'easy' },
  { selector: 'concentrated', workload: 'tight' },
  { selector: 'balanced', workload: 'tight' },
]

/** The heat map of four machines, one picture a run: those of a workload are asked for the same in the same order. */
export async function takeSelectors(page: Page, url: string, call: Call): Promise<void> {
  await page.setViewportSize({ width: 1100, height: 900 })
  for (const { selector, workload } of runs) {
    const group = `${selector}-${workload}`
    await call(api.group.create, { name: group, selector, retriesToSkip: 0, reserveAfterS: null })
    const fleet = await addMachines(url, call, {
      ids: [1, 2, 3, 4].map(number => `${group}-${number}`),
      resourceGroup: group,
      capacity: { cpu: 16, mem: 512 * GiB },
      devices: exampleGpus(4, workload === 'easy' ? 'cuda.shares' : 'cuda.device'),
    })
    await fill(call, group, workload === 'easy' ? easy : tight)
    await page.goto(`/resources?group=${group}`)
    await page.locator('[data-mark]').nth(15).waitFor()
    await shoot(page, `select-${group}`, page.getByRole('table'))
    await endAllOf(call, group)
    await fleet.stop()
  }
}

/** One after the other, as people come. Who finds no room waits. */
async function fill(
  call: Call,
  group: string,
  workload: readonly Readonly<Record<string, number>>[],
): Promise<void> {
  for (const [index, resources] of workload.entries()) {
    const [id] = await askFor(call, group, [{ name: `session-${index + 1}`, resources }])
    await until(
      'it runs or has been tried in vain',
      async () => {
        const { status, reason } = await call(api.session.show, { id: id! })
        return status === 'running' || (status === 'pending' && reason !== null)
      },
      { patienceMs: 30_000 },
    )
  }
}
