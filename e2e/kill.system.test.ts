import { setTimeout as sleep } from 'node:timers/promises'
import { api } from '@capstan/contract/api'
import type { Session, SessionDetails } from '@capstan/contract/session'
import { canRunEngine, startTestEngine, type TestEngine } from '@capstan/testkit/engine'
import { startSystem, type System, until } from '@capstan/testkit/system'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { randomFrom } from './support/random.ts'

/** Kills: a short run by default; `CAPSTAN_KILLS=25 CAPSTAN_SEED=7` for a long or a repeated one. */
const kills = Number(process.env['CAPSTAN_KILLS'] ?? 6)
const seed = Number(process.env['CAPSTAN_SEED'] ?? 20_261_123)

const victims = ['manager', 'agent', 'proxy', 'postgres', 'engine'] as const
const sessionsAtOnce = 20

const quiet = { patienceMs: 60_000, everyMs: 500 }

let engine: TestEngine
let system: System
beforeAll(async () => {
  if (!canRunEngine()) throw new Error('this test needs Debian’s docker.io, and root')
  engine = await startTestEngine()
  system = await startSystem({ env: { DOCKER_HOST: engine.host, CAPSTAN_RUNTIME: 'docker' } })
})
afterAll(async () => {
  await system?.stop()
  await engine?.stop()
})

const random = randomFrom(seed)
const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!

/** Everything that a list answers, page after page. */
async function sessions(state: 'live' | 'any'): Promise<Session[]> {
  const all: Session[] = []
  for (let cursor: string | null | undefined; cursor !== null;) {
    const page = await system.call(api.session.list, {
      state,
      limit: 200,
      ...(cursor && { cursor }),
    })
    all.push(...page.items)
    cursor = page.nextCursor
  }
  return all
}

async function startOne(number: number): Promise<void> {
  const { projects } = await system.call(api.account.show, {})
  const { items } = await system.call(api.image.list, {})
  const isBatch = random() < 0.3
  await system.call(api.session.create, {
    name: `kill-${number}`,
    projectId: projects[0]!.id,
    imageId: items[0]!.id,
    resources: { cpu: 0.05, mem: 32 * 2 ** 20 },
    ...(isBatch && {
      type: 'batch' as const,
      startupCommand: `sleep ${1 + Math.floor(random() * 5)}; echo done`,
    }),
  })
}

/** Starts and ends sessions, about twenty live at a time, through whatever happens. What fails is tried again later. */
async function churn(signal: AbortSignal): Promise<void> {
  let number = 0
  while (!signal.aborted) {
    try {
      const live = await sessions('live')
      for (let room = sessionsAtOnce - live.length; room > 0 && !signal.aborted; room--)
        await startOne(number++)
      const ending = live.filter(() => random() < 0.15).map(session => session.id)
      if (ending.length > 0)
        await system.call(api.session.terminate, { ids: ending, force: random() < 0.2 })
    } catch {
      // The manager or its database is away: that is the point of this test.
    }
    await sleep(100 + random() * 300)
  }
}

/** Waits until there is something to kill: one that was killed before may not be back yet. */
async function kill(victim: (typeof victims)[number]): Promise<void> {
  if (victim === 'engine') {
    await engine.kill()
    await sleep(500 + random() * 1000)
    await engine.start()
    return
  }
  let pids: number[] = []
  const found = (): boolean => (pids = system.pids(victim)).length > 0
  await until(`a ${victim} runs`, found, quiet)
  for (const pid of pids) process.kill(pid, 'SIGKILL')
}

/** What must hold when everything is quiet again. Answers what does not. */
async function contradictions(): Promise<string[]> {
  const live = await sessions('live')
  const details: SessionDetails[] = []
  for (const session of live) details.push(await system.call(api.session.show, { id: session.id }))
  const wrong = details
    .filter(session => session.status !== 'running' && session.status !== 'pending')
    .map(session => `${session.name} is still ${session.status}`)
  const running = details.filter(session => session.status === 'running')
  const kernelIds = running.flatMap(session => session.kernels.map(kernel => kernel.id)).sort()
  const containers = await engine.containers('capstan.kernel')
  const alive = containers.filter(container => container.state === 'running')
  const labelled = alive.map(container => container.labels['capstan.kernel']!).sort()
  if (JSON.stringify(kernelIds) !== JSON.stringify(labelled))
    wrong.push(`records say ${kernelIds.join(' ')}; the engine runs ${labelled.join(' ')}`)
  if (containers.length !== alive.length)
    wrong.push(`${containers.length - alive.length} dead containers are left`)
  const { items } = await system.call(api.agent.list, {})
  const agent = items[0]!
  if (agent.status !== 'connected') wrong.push(`the agent is ${agent.status}`)
  const cpu = running.reduce((sum, session) => sum + session.resources['cpu']!, 0)
  if (Math.abs((agent.used['cpu'] ?? 0) - cpu) > 1e-6)
    wrong.push(`${agent.used['cpu']} cores are given out; ${cpu} are in use`)
  return wrong
}

async function settled(): Promise<void> {
  await until(
    'records and containers agree',
    async () => {
      const wrong = await contradictions()
      if (wrong.length > 0) throw new Error(wrong.join('\n'))
      return true
    },
    quiet,
  )
}

test(
  `SES-08 SCH-10 AGT-06 after ${kills} kills of any process (seed ${seed}) every session is where its record says, and nothing is doubled or lost`,
  { timeout: 120_000 + kills * 20_000 },
  async () => {
    await until(
      'an image is there',
      async () => (await system.call(api.image.list, {})).items.length > 0,
      quiet,
    )
    const stop = new AbortController()
    const churning = churn(stop.signal)
    for (let i = 0; i < kills; i++) {
      await sleep(1000 + random() * 3000)
      await kill(i < victims.length ? victims[i]! : pick(victims))
    }
    stop.abort()
    await churning
    await settled()

    const live = await until(
      'the list answers',
      async () => (await sessions('live')).length >= 0,
      quiet,
    ).then(() => sessions('live'))
    for (let at = 0; at < live.length; at += 100)
      await system.call(api.session.terminate, {
        ids: live.slice(at, at + 100).map(session => session.id),
      })
    await until('all have ended', async () => (await sessions('live')).length === 0, quiet)
    await settled()
    expect((await system.call(api.agent.list, {})).items[0]!.used).toEqual({})
    expect(await engine.containers('capstan.kernel')).toEqual([])
    const all = await sessions('any')
    expect(all.length).toBeGreaterThan(sessionsAtOnce)
    for (const session of all) {
      const { history } = await system.call(api.session.show, { id: session.id })
      const ends = history.filter(entry =>
        ['terminated', 'cancelled', 'error'].includes(entry.status),
      )
      expect(ends, `${session.name}: ${history.map(entry => entry.status).join(' ')}`).toHaveLength(
        1,
      )
    }
  },
)
