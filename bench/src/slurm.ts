import { cpus } from 'node:os'
import { api } from '@capstan/contract/api'
import { startSystem, type System, until } from '@capstan/testkit/system'
import type { Figures } from './main.ts'
import { numberOf } from './options.ts'
import { installSlurm, type Slurm, startSlurm } from './slurm/daemons.ts'
import { median, rounded } from './statistics.ts'

/** What each job runs: nothing. */
const command = 'true'
const memMib = 64
/** Jobs that run at once, on either side. */
const slots = 16
/** Both sides are measured in turn so often: machines are noisy. */
const rounds = 3

/**
 * Jobs that do nothing, through Debian's Slurm and through a whole Capstan with its process driver, on this machine: from the
 * first request until the last one is recorded as ended. The same number at once, the same memory limit held by control groups.
 */
export async function slurmBench(args: readonly string[]): Promise<Figures> {
  const jobs = numberOf(args, '--jobs', 1000)
  installSlurm()
  const slurm = await startSlurm({ slots, memMib })
  try {
    const system = await startSystem({ env: { CAPSTAN_RUNTIME: 'process' } })
    try {
      return await compare(slurm, await prepare(system), jobs)
    } finally {
      await system.stop()
    }
  } finally {
    await slurm.stop()
  }
}

async function compare(
  slurm: Slurm,
  ours: (count: number) => Promise<void>,
  jobs: number,
): Promise<Figures> {
  const theirs = (count: number): Promise<void> => slurm.runJobs(count, command)
  await theirs(slots)
  await ours(slots)
  const each = Math.ceil(jobs / rounds)
  const rates = { slurm: [] as number[], ours: [] as number[] }
  for (let round = 0; round < rounds; round++) {
    rates.slurm.push(await rateOf(theirs, each))
    rates.ours.push(await rateOf(ours, each))
  }
  const [slurmJobsPerS, jobsPerS] = [median(rates.slurm), median(rates.ours)]
  return {
    jobsRatio: rounded(jobsPerS / slurmJobsPerS),
    jobsPerS: rounded(jobsPerS),
    slurmJobsPerS: rounded(slurmJobsPerS),
  }
}

async function rateOf(run: (count: number) => Promise<void>, count: number): Promise<number> {
  const begin = performance.now()
  await run(count)
  return count / ((performance.now() - begin) / 1000)
}

/** How a number of batch sessions is run to their ends. */
async function prepare(system: System): Promise<(count: number) => Promise<void>> {
  const reference = 'local/host:latest'
  const images = async () => (await system.call(api.image.list, { reference })).items
  await until('the image is known', async () => (await images()).length > 0, {
    patienceMs: 60_000,
  })
  const imageId = (await images())[0]!.id
  const projectId = (await system.call(api.account.show, {})).projects[0]!.id
  return async count => {
    const name = `job-${crypto.randomUUID().slice(0, 8)}`
    await system.call(api.session.createMany, {
      name,
      count,
      type: 'batch',
      startupCommand: command,
      projectId,
      imageId,
      resources: { cpu: cpus().length / slots, mem: memMib * 2 ** 20 },
    })
    const live = async (): Promise<number> =>
      (await system.call(api.session.list, { state: 'live', name, limit: 1 })).items.length
    await until('all have ended', async () => (await live()) === 0, {
      patienceMs: 600_000,
      everyMs: 100,
    })
  }
}
