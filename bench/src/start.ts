import { setTimeout as sleep } from 'node:timers/promises'
import { api } from '@capstan/contract/api'
import { startSystem, type System, until } from '@capstan/testkit/system'
import Docker from 'dockerode'
import type { Figures } from './main.ts'
import { median, rounded } from './statistics.ts'

const reference = 'capstan/tiny:1'
const mib = 2 ** 20
const pairs = 25
const roundsAt8 = 6
/**
 * Engine and kernel take down what has ended for a while after it is gone: neither side starts into the other's. Of another length
 * each time, so that neither always meets what either does now and then. Milliseconds.
 */
const restMs = (): number => 400 + 400 * Math.random()

/**
 * API call to a session that is reported running, against a bare create and start of the same image with the same limits on
 * the same engine, in turn: first one at a time, then eight at once.
 */
export async function startBench(): Promise<Figures> {
  const system = await startSystem({ env: { CAPSTAN_RUNTIME: 'docker' } })
  const docker = new Docker()
  const name = `bench-${crypto.randomUUID().slice(0, 8)}`
  // As sessions have it: addresses of their own, on which they do not reach each other.
  const options = { 'com.docker.network.bridge.enable_icc': 'false' }
  const network = await docker.createNetwork({ Name: name, Driver: 'bridge', Options: options })
  try {
    const ours = await prepare(system)
    const alone = { ours: [] as number[], bare: [] as number[] }
    for (let i = 0; i < pairs + 2; i++) {
      const bare = await rested(() => bareStarts(docker, name, 1))
      const own = await rested(() => ours(1))
      // The first ones warm both up, here and below.
      if (i < 2) continue
      alone.bare.push(...bare)
      alone.ours.push(...own)
    }
    const together = { ours: [] as number[], bare: [] as number[] }
    for (let i = 0; i < roundsAt8 + 1; i++) {
      const bare = await rested(() => bareStarts(docker, name, 8))
      const own = await rested(() => ours(8))
      if (i < 1) continue
      together.bare.push(...bare)
      together.ours.push(...own)
    }
    return {
      startRatioP50: rounded(median(alone.ours) / median(alone.bare)),
      startRatioP50At8: rounded(median(together.ours) / median(together.bare)),
      startMsP50: rounded(median(alone.ours)),
      bareMsP50: rounded(median(alone.bare)),
      startMsP50At8: rounded(median(together.ours)),
      bareMsP50At8: rounded(median(together.bare)),
    }
  } finally {
    await system.stop()
    await network.remove()
  }
}

async function rested(work: () => Promise<number[]>): Promise<number[]> {
  await sleep(restMs())
  return work()
}

/** Starts sessions at once; answers how long each took until the API says that it runs, and ends them. */
async function prepare(system: System): Promise<(count: number) => Promise<number[]>> {
  await until(
    'the image is known',
    async () => (await system.call(api.image.list, { reference })).items.length > 0,
    { patienceMs: 30_000 },
  )
  const imageId = (await system.call(api.image.list, { reference })).items[0]!.id
  const projectId = (await system.call(api.account.show, {})).projects[0]!.id
  const create = async (): Promise<{ id: string; begin: number }> => {
    const begin = performance.timeOrigin + performance.now()
    const { id } = await system.call(api.session.create, {
      name: `bench-${crypto.randomUUID().slice(0, 8)}`,
      projectId,
      imageId,
      resources: { cpu: 0.1, mem: 64 * mib },
    })
    return { id, begin }
  }
  const live = async () => (await system.call(api.session.list, { state: 'live' })).items
  const until60s = (what: string, condition: () => Promise<boolean>): Promise<void> =>
    until(what, condition, { patienceMs: 60_000, everyMs: 200 })
  return async count => {
    const made = await Promise.all(Array.from({ length: count }, create))
    // Asked seldom, so as not to slow what is measured; the record itself says when it came to run, by the same clock.
    await until60s('they run', async () => {
      const sessions = await live()
      return made.every(({ id }) => sessions.some(one => one.id === id && one.status === 'running'))
    })
    const taken: number[] = []
    for (const { id, begin } of made) {
      const { history } = await system.call(api.session.show, { id })
      taken.push(new Date(history.find(({ status }) => status === 'running')!.at).getTime() - begin)
    }
    await system.call(api.session.terminate, { ids: made.map(({ id }) => id) })
    await until60s('they have ended', async () => (await live()).length === 0)
    return taken
  }
}

async function bareStarts(docker: Docker, network: string, count: number): Promise<number[]> {
  const one = async (): Promise<{ id: string; ms: number }> => {
    const begin = performance.now()
    const container = await docker.createContainer({
      Image: reference,
      Cmd: ['/bin/sh', '-c', 'sleep 1000'],
      User: '1000:1000',
      HostConfig: {
        NetworkMode: network,
        Init: true,
        NanoCpus: 1e8,
        Memory: 64 * mib,
        MemorySwap: 64 * mib,
        PidsLimit: 4096,
        ShmSize: 64 * mib,
        CapDrop: ['ALL'],
        SecurityOpt: ['no-new-privileges:true'],
      },
    })
    await container.start()
    return { id: container.id, ms: performance.now() - begin }
  }
  const started = await Promise.all(Array.from({ length: count }, one))
  await Promise.all(started.map(({ id }) => docker.getContainer(id).remove({ force: true })))
  return started.map(({ ms }) => ms)
}
