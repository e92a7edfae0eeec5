import { readdirSync, readFileSync } from 'node:fs'
import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { DesiredKernel } from '@capstan/contract/sync'
import { desiredKernel, isOver, keep, type Kept, outcomeOf, temporaryFolder } from '../testing.ts'
import { noGrant } from '../devices/grant.ts'
import { ProcessDriver } from './process-driver.ts'

describe.each(['bwrap', 'unshare'] as const)('with %s', tool => {
  const clusterId = crypto.randomUUID()
  const agentId = `test-${crypto.randomUUID().slice(0, 8)}`
  const home = temporaryFolder()
  let driver: ProcessDriver
  beforeAll(async () => {
    driver = await ProcessDriver.open(home, agentId, tool)
  })
  afterEach(async () => {
    for (const { id } of await driver.list(clusterId)) await driver.remove(id)
  })

  const begin = (given: Partial<DesiredKernel> = {}): Kept =>
    keep(driver, desiredKernel('local/host:latest', 'process', given), clusterId)

  test('SES-05 a local batch session keeps its exit code and its whole output', async () => {
    const kept = begin({
      sessionType: 'batch',
      startupCommand: 'echo "$GREETING"; seq 1 2000; exit 3',
    })
    await kept.until(isOver)
    expect(kept.keeper.observation.exitCode).toBe(3)
    expect(kept.output()).toBe(
      `hello\n${Array.from({ length: 2000 }, (_, i) => `${i + 1}\n`).join('')}`,
    )
  })

  test('a local replica ends with its command, so that another takes its place', async () => {
    const kept = begin({ sessionType: 'inference', startupCommand: 'echo gone; exit 4' })
    await kept.until(isOver)
    expect(kept.keeper.observation).toMatchObject({ exitCode: 4 })
  })

  test('a local session sees the files of the node only where the node says so, and changes none', async () => {
    const kept = begin()
    await kept.until(({ status }) => status === 'running')
    const look = async (script: string): Promise<string> =>
      (await outcomeOf(driver, kept.keeper.containerId!, ['/bin/sh', '-c', script])).output.trim()
    const files = driver.isolation.find(({ aspect }) => aspect === 'Files')
    expect(files?.isEnforced).toBe(tool === 'bwrap')
    expect(await look('test -e /etc/shadow && echo seen')).toBe(files?.isEnforced ? '' : 'seen')
    expect(await look('cat /etc/shadow 2>&1')).toMatch(/permission denied|no such file/i)
    expect(await look('touch /usr/x 2>&1')).toMatch(/read-only|permission denied/i)
  })

  test('SES-07 a local session that goes over its memory ends with that reason', async () => {
    const kept = begin({
      sessionType: 'batch',
      startupCommand: 'python3 -c "x = bytearray(400 * 2**20)"',
      resources: { cpu: 1, mem: 64 * 2 ** 20 },
    })
    await kept.until(({ status }) => status === 'terminated')
    expect(kept.keeper.observation.reason?.code).toBe('out_of_memory')
  })

  test('AGT-06 a local session outlives its agent, and is taken up again by the next one', async () => {
    const kernel = desiredKernel('local/host:latest', 'process')
    const first = keep(driver, kernel, clusterId)
    await first.until(({ status }) => status === 'running')
    first.keeper.close()
    const again = await ProcessDriver.open(home, agentId, tool)
    expect(await again.list(clusterId)).toEqual([
      { id: kernel.kernelId, kernelId: kernel.kernelId, isRunning: true },
    ])
    const second = keep(again, { ...kernel, hasStarted: true }, clusterId, kernel.kernelId)
    await second.until(({ status }) => status === 'running')
    const { startedAt } = (await driver.inspect(kernel.kernelId))!
    expect(second.keeper.observation.startedAt).toBe(startedAt)
    expect(Date.parse(startedAt!)).toBeLessThanOrEqual(
      Date.parse(first.keeper.observation.startedAt!),
    )
  })

  test('SES-08 ending a local session ends all its processes', async () => {
    const kept = begin({ startupCommand: 'sleep 1000 & sleep 1000' })
    await kept.until(({ status }) => status === 'running')
    kept.keeper.desired = { ...kept.keeper.desired, desired: 'stop', graceS: 1 }
    await kept.until(({ status }) => status === 'terminated')
    await driver.remove(kept.keeper.containerId!)
    expect(await driver.list(clusterId)).toEqual([])
  })

  test('a port of a local session is reached from outside its network', async () => {
    const kept = begin({ startupCommand: 'python3 -m http.server 8010 --bind 127.0.0.1' })
    await kept.until(({ status }) => status === 'running')
    const id = kept.keeper.containerId!
    const connected = async (): Promise<string> => {
      const socket = await driver.connect(id, 8010)
      socket.write('GET / HTTP/1.0\r\n\r\n')
      let text = ''
      for await (const chunk of socket) text += String(chunk)
      return text
    }
    let answer = ''
    await kept.until(() => {
      connected().then(
        text => (answer = text),
        () => '',
      )
      return answer !== ''
    })
    expect(answer).toMatch(/^HTTP\/1\.0 200/)
  })

  test('a local session has its own name, processes and network, and no rights in them', async () => {
    const kept = begin()
    await kept.until(({ status }) => status === 'running')
    const look = async (script: string): Promise<string> =>
      (await outcomeOf(driver, kept.keeper.containerId!, ['/bin/sh', '-c', script])).output.trim()
    expect(
      await look('id -u; hostname; echo $HOME | grep -c .; test "$PWD" = "$HOME" && echo home'),
    ).toBe('1000\nmain1\n1\nhome')
    expect(await look('grep -c : /proc/net/dev')).toBe('1')
    expect(Number(await look('ls -d /proc/[0-9]* | wc -l'))).toBeLessThan(12)
    expect(await look('grep CapEff /proc/self/status /proc/1/status | tr -d "0\\t\\n"')).toBe(
      '/proc/self/status:CapEff:/proc/1/status:CapEff:',
    )
  })

  test('what a local session is told stays out of lists of processes, and it inherits no files and no deaf ears', async () => {
    const kept = begin({
      sessionType: 'batch',
      startupCommand:
        'ls -l /proc/self/fd; echo "$GREETING"; grep SigIgn /proc/self/status; sleep 1000',
      environ: { GREETING: "it's a\nsecret" },
    })
    await kept.until(() => /SigIgn:\s\w+\n/.test(kept.output()))
    expect(kept.output()).toContain("it's a\nsecret\n")
    expect(kept.output()).not.toMatch(/status|options|start/)
    if (tool === 'bwrap') expect(kept.output()).toMatch(/SigIgn:\s0+\n/)
    const lines = readdirSync('/proc')
      .filter(name => /^\d+$/.test(name))
      .map(pid => readCommandLine(pid))
    expect(lines.some(line => line.includes('echo "$GREETING"'))).toBe(true)
    expect(lines.filter(line => line.includes('a\nsecret'))).toEqual([])
  })

  test('AGT-06 a start that is asked for again, by an agent that was killed in the middle, starts nothing twice', async () => {
    const kernel = desiredKernel('local/host:latest', 'process', { startupCommand: 'echo begun' })
    const again = await ProcessDriver.open(home, agentId, tool)
    await Promise.all([
      again.start(kernel, clusterId, noGrant),
      driver.start(kernel, clusterId, noGrant),
    ])
    const kept = keep(again, { ...kernel, hasStarted: true }, clusterId, kernel.kernelId)
    await kept.until(() => kept.output() !== '')
    expect(kept.output()).toBe('begun\n')
  })
})

function readCommandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
  } catch {
    return ''
  }
}
