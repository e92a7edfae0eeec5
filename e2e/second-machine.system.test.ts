import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { api } from '@capstan/contract/api'
import { startSystem, type System, until } from '@capstan/testkit/system'
import { afterAll, beforeAll, expect, test } from 'vitest'

const cli = fileURLToPath(new URL('../apps/cli/src/main.ts', import.meta.url))

/** A host of its own, as far as the network goes: a namespace, joined to ours by a cable. */
const host = `capstan-${process.pid}`
const cable = { ours: `cap${process.pid}a`, theirs: `cap${process.pid}b` }
const subnet = `10.213.${process.pid % 250}`
const ours = `${subnet}.1`
const theirs = `${subnet}.2`
const patience = { patienceMs: 30_000 }

const ip = (...args: string[]): void => {
  execFileSync('ip', args, { stdio: ['ignore', 'ignore', 'inherit'] })
}

let system: System
let agent: ChildProcess | undefined
let home: string
beforeAll(async () => {
  if (process.getuid?.() !== 0) throw new Error('this test needs root, for a network of its own')
  ip('netns', 'add', host)
  ip('link', 'add', cable.ours, 'type', 'veth', 'peer', 'name', cable.theirs, 'netns', host)
  ip('address', 'add', `${ours}/24`, 'dev', cable.ours)
  ip('link', 'set', cable.ours, 'up')
  ip('-n', host, 'address', 'add', `${theirs}/24`, 'dev', cable.theirs)
  ip('-n', host, 'link', 'set', cable.theirs, 'up')
  ip('-n', host, 'link', 'set', 'lo', 'up')
  home = mkdtempSync(join(tmpdir(), 'capstan-second-'))
  system = await startSystem({ env: { CAPSTAN_HOST: '0.0.0.0', CAPSTAN_RUNTIME: 'process' } })
})
afterAll(async () => {
  if (agent?.exitCode === null) {
    const exited = new Promise(resolve => agent!.once('exit', resolve))
    agent.kill('SIGTERM')
    await exited
  }
  await system?.stop()
  ip('netns', 'delete', host)
  rmSync(home, { recursive: true, force: true })
})

/** What the console's "Connect another machine" shows, typed on that machine. */
async function connect(): Promise<ChildProcess> {
  const { token } = await system.call(api.joinToken.create, {
    role: 'agent',
    description: 'second machine',
    lifetimeS: 3600,
  })
  const manager = `http://${ours}:${new URL(system.url).port}`
  const command = ['agent', '--manager', manager, '--token', token, '--id', 'second']
  const place = ['--home', home, '--relay-port', '0', '--runtime', 'process']
  const args = ['netns', 'exec', host, process.execPath, cli, ...command, ...place]
  return spawn('ip', args, { stdio: 'ignore' })
}

/** All that a command in a session prints, through the proxy; asked for under the name that `base` has. */
async function run(id: string, command: string[], base: string): Promise<string> {
  const { url } = await system.call(api.session.openTerminal, { id, tty: false, command })
  const reached = new URL(url)
  reached.hostname = base
  const socket = new WebSocket(reached)
  socket.binaryType = 'arraybuffer'
  let output = ''
  return new Promise((resolve, reject) => {
    socket.addEventListener('close', ({ code }) =>
      reject(new Error(`closed (${code}) after: ${output}`)),
    )
    socket.addEventListener('message', ({ data }: MessageEvent<string | ArrayBuffer>) => {
      // The first byte says which stream.
      if (typeof data !== 'string') output += Buffer.from(data).subarray(1).toString()
      else if (data.includes('"exit"')) resolve(output)
    })
  })
}

/** An agent tells what it has a moment after it is there. */
async function firstImage(): Promise<{ readonly id: string }> {
  const list = async () => (await system.call(api.image.list, {})).items
  await until('an image is told', async () => (await list()).length > 0, patience)
  return (await list())[0]!
}

test('AGT-01 SES-04 an agent on another machine joins with the one command, and its sessions are used from there', async () => {
  await until(
    'the first agent is here',
    async () => (await system.call(api.agent.list, {})).items.length === 1,
    patience,
  )
  const [first] = (await system.call(api.agent.list, {})).items
  await system.call(api.agent.update, { id: first!.id, isSchedulable: false })
  agent = await connect()
  await until(
    'the second agent is here',
    async () => (await system.call(api.agent.show, { id: 'second' })).status === 'connected',
    patience,
  )
  const second = await system.call(api.agent.show, { id: 'second' })
  expect(new URL(second.address).hostname).toBe(theirs)

  const image = await firstImage()
  const { projects } = await system.call(api.account.show, {})
  const { id } = await system.call(api.session.create, {
    name: 'far-away',
    projectId: projects[0]!.id,
    imageId: image.id,
    resources: { cpu: 0.1, mem: 64 * 2 ** 20 },
  })
  await until(
    'it runs',
    async () => (await system.call(api.session.show, { id })).status === 'running',
    patience,
  )
  expect((await system.call(api.session.show, { id })).agentIds).toEqual(['second'])
  expect(await run(id, ['sh', '-c', 'echo from $((40 + 2))'], ours)).toBe('from 42\n')
})

test('SES-06 on two machines a command begins in its container when the one on the other machine runs', async () => {
  const { items: agents } = await system.call(api.agent.list, {})
  for (const { id } of agents) await system.call(api.agent.update, { id, isSchedulable: true })
  const image = await firstImage()
  const { projects } = await system.call(api.account.show, {})
  const { id } = await system.call(api.session.create, {
    name: 'on-both',
    type: 'batch',
    startupCommand: 'echo "$BACKENDAI_CLUSTER_HOSTS"',
    clusterSize: 2,
    clusterMode: 'multi-node',
    projectId: projects[0]!.id,
    imageId: image.id,
    // More than half of what a machine has: one on each.
    resources: { cpu: agents[0]!.capacity['cpu']! * 0.6, mem: 64 * 2 ** 20 },
  })
  const show = () => system.call(api.session.show, { id })
  await until('it is done', async () => (await show()).status === 'terminated', patience)
  const session = await show()
  expect(session).toMatchObject({ result: 'success', exitCode: 0 })
  const [main, sub] = session.kernels
  expect(new Set([main!.agentId, sub!.agentId]).size).toBe(2)
  expect(Date.parse(main!.startedAt!)).toBeGreaterThan(Date.parse(sub!.startedAt!))
  expect((await system.call(api.session.log, { id })).text).toBe('main1,sub1\n')
})

test('the relay of an agent listens on the one address that the manager reaches', async () => {
  const listening = execFileSync('ip', ['netns', 'exec', host, 'ss', '-Hltn'], { encoding: 'utf8' })
  const addresses = listening.split('\n').flatMap(line => line.split(/\s+/)[3] ?? [])
  expect(addresses.map(address => address.replace(/:\d+$/, ''))).toEqual([theirs])
})
