import Docker from 'dockerode'
import { afterEach, expect, test, vi } from 'vitest'
import type { DesiredKernel } from '@capstan/contract/sync'
import { sessionImages } from '@capstan/testkit/session-image'
import { desiredKernel, isOver, keep, type Kept, outcomeOf } from '../testing.ts'
import { labels } from './container-options.ts'
import { noGrant } from '../devices/grant.ts'
import { DockerDriver } from './docker-driver.ts'

const clusterId = crypto.randomUUID()
const agentId = `test-${crypto.randomUUID().slice(0, 8)}`
const docker = new Docker()
const driver = new DockerDriver(docker, agentId)
afterEach(async () => {
  for (const { id } of await driver.list(clusterId)) await driver.remove(id)
  const networks = await docker.listNetworks({
    filters: { label: [`${labels.cluster}=${clusterId}`] },
  })
  for (const { Id } of networks) await docker.getNetwork(Id).remove()
})

const tiny = 'capstan/tiny:1'
const begin = (given: Partial<DesiredKernel> = {}): Kept =>
  keep(driver, desiredKernel(tiny, 'docker', given), clusterId)

test('SES-05 a batch session keeps its exit code and its whole output, errors where they were written', async () => {
  const kept = begin({
    sessionType: 'batch',
    startupCommand: 'echo "$GREETING"; seq 1 5000; echo bad >&2; exit 3',
  })
  await kept.until(isOver)
  expect(kept.keeper.observation).toMatchObject({ exitCode: 3, reason: null })
  const lines = ['hello', ...Array.from({ length: 5000 }, (_, at) => at + 1), 'bad']
  expect(kept.output()).toBe(`${lines.join('\n')}\n`)
  expect(kept.isComplete()).toBe(true)
})

test('the container of a replica ends with its command, so that another takes its place', async () => {
  const kept = begin({ sessionType: 'inference', startupCommand: 'echo gone; exit 4' })
  await kept.until(isOver)
  expect(kept.keeper.observation).toMatchObject({ exitCode: 4 })
  expect(kept.output()).toBe('gone\n')
})

test('SES-07 the limits stand in the container: memory without swap, CPU, processes, no privileges', async () => {
  const kept = begin()
  await kept.until(({ status }) => status === 'running')
  const { HostConfig, Config } = await docker.getContainer(kept.keeper.containerId!).inspect()
  const memory = 128 * 2 ** 20
  expect(HostConfig).toMatchObject({
    Memory: memory,
    MemorySwap: memory,
    NanoCpus: 5e8,
    PidsLimit: 4096,
  })
  expect(Config.User).toBe('1000:1000')
  const inside = (command: string[]) => outcomeOf(driver, kept.keeper.containerId!, command)
  expect((await inside(['id', '-u'])).output.trim()).toBe('1000')
  // What the kernel says, since engines write it in different ways.
  const { output } = await inside(['cat', '/proc/self/status'])
  expect(output).toMatch(/CapBnd:\s+0{16}\s/)
  expect(output).toMatch(/NoNewPrivs:\s+1\s/)
  expect(output).toMatch(/Seccomp:\s+2\s/)
})

test.each([
  { isSudoEnabled: true, exitCode: 0, says: '0' },
  { isSudoEnabled: false, exitCode: 1, says: 'no new privileges' },
])(
  'USR-09 sudo enabled ($isSudoEnabled) says whether sudo works in the session, without a password',
  async ({ isSudoEnabled, exitCode, says }) => {
    const kernel = desiredKernel(sessionImages.base, 'docker', { isSudoEnabled })
    const kept = keep(driver, kernel, clusterId)
    await kept.until(({ status }) => status === 'running')
    const command = ['sudo', '--non-interactive', 'id', '-u']
    const outcome = await outcomeOf(driver, kept.keeper.containerId!, command)
    expect(outcome.exitCode).toBe(exitCode)
    expect(outcome.output).toContain(says)
  },
)

test('SES-07 a process that goes over the memory ends the session with that reason, even when it is not the first one', async () => {
  const kept = begin({ resources: { cpu: 1, mem: 32 * 2 ** 20 } })
  const stop = new AbortController()
  const watching = driver.watch((kernelId, outOfMemory) => {
    if (kernelId !== kept.keeper.desired.kernelId) return
    if (outOfMemory) kept.keeper.noteOutOfMemory()
    kept.keeper.poke()
  }, stop.signal)
  await kept.until(({ status }) => status === 'running')
  await driver.attach(kept.keeper.containerId!, {
    command: ['sh', '-c', 'x=a; while :; do x=$x$x; done'],
    tty: false,
  })
  // As the agent does at every heartbeat: not every engine sends the event.
  await vi.waitFor(async () => {
    const use = await driver.measure(kept.keeper.containerId!)
    if (use !== undefined && use.oomKills > 0) kept.keeper.noteOutOfMemory()
    kept.keeper.poke()
    expect(kept.keeper.observation.status).toBe('terminated')
  }, 15_000)
  stop.abort()
  await watching
  expect(kept.keeper.observation.reason).toMatchObject({
    code: 'out_of_memory',
    message: expect.stringContaining('32 MiB'),
  })
})

test('AGT-06 a container outlives its agent and is taken up again, with its output neither lost nor doubled', async () => {
  const kernel = desiredKernel(tiny, 'docker', { startupCommand: 'echo first; sleep 1000' })
  const first = keep(driver, kernel, clusterId)
  await first.until(() => first.output() === 'first\n')
  first.keeper.close()
  const [found] = await new DockerDriver(docker, agentId).list(clusterId)
  const second = keep(driver, { ...kernel, hasStarted: true, logOffset: 6 }, clusterId, found!.id)
  await second.until(({ status }) => status === 'running')
  expect(second.keeper.containerId).toBe(first.keeper.containerId)
})

test('a container is never doubled, however often its start is asked for', async () => {
  const kernel = desiredKernel(tiny, 'docker')
  const ids = await Promise.all(
    Array.from({ length: 5 }, () => driver.start(kernel, clusterId, noGrant)),
  )
  expect(new Set(ids).size).toBe(1)
  expect(await driver.list(clusterId)).toHaveLength(1)
})

test('a container that has run and vanished is not started a second time', async () => {
  const kept = begin({ hasStarted: true })
  await kept.until(({ status }) => status === 'terminated')
  expect(kept.keeper.observation.reason?.code).toBe('container_vanished')
  expect(await driver.list(clusterId)).toEqual([])
})

test('an image that is not here and cannot be pulled ends the start with the reason', async () => {
  const kept = keep(driver, desiredKernel('127.0.0.1:1/nothing/here:1', 'docker'), clusterId)
  await kept.until(({ status }) => status === 'terminated')
  expect(kept.keeper.observation).toMatchObject({
    startedAt: null,
    reason: { code: 'pull_failed', isRetryable: true },
  })
})

test('SES-08 ending is polite first: the session may clean up', async () => {
  const kept = begin({
    sessionType: 'batch',
    startupCommand: 'trap "echo bye; exit 7" TERM; echo ready; while :; do sleep 0.1; done',
  })
  // It runs a moment before it listens.
  await kept.until(() => kept.output().includes('ready'))
  kept.keeper.desired = { ...kept.keeper.desired, desired: 'stop' }
  await kept.until(isOver)
  expect(kept.keeper.observation.exitCode).toBe(7)
  expect(kept.output()).toContain('bye')
})

test('SES-04 an application of the image is started when it is opened, and answers', async () => {
  const apps = [{ name: 'web', protocol: 'http' as const, ports: [8000] }]
  const kept = begin({ apps, openApps: ['web'] })
  await kept.until(observation => observation.apps[0]?.status === 'ready')
  const socket = await driver.connect(kept.keeper.containerId!, 8000)
  socket.write('GET / HTTP/1.0\r\n\r\n')
  let text = ''
  for await (const chunk of socket) text += String(chunk)
  expect(text).toMatch(/^HTTP\/1\.[01] 200/)
})

test('SES-04 a terminal echoes, follows a resize, and tells its exit code', async () => {
  const kept = begin()
  await kept.until(({ status }) => status === 'running')
  const terminal = await driver.attach(kept.keeper.containerId!, {
    command: ['/bin/sh'],
    tty: true,
  })
  let text = ''
  terminal.onOutput((_, data) => (text += data.toString()))
  terminal.resize(100, 40)
  // The engine passes the new size on when it comes to it.
  await kept.until(() => {
    terminal.write(Buffer.from('stty size\n'))
    return text.includes('40 100')
  })
  terminal.write(Buffer.from('exit 5\n'))
  expect(await terminal.exited).toBe(5)
})
