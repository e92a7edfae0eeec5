import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { api } from '@capstan/contract/api'
import { freePort, programs, startSystem, type System, until } from '@capstan/testkit/system'
import { afterEach, expect, test } from 'vitest'

const cli = fileURLToPath(new URL('../apps/cli/src/main.ts', import.meta.url))
const patience = { patienceMs: 60_000 }

const systems: System[] = []
afterEach(async () => {
  for (const system of systems.splice(0)) await system.stop()
})

/** Local sessions need no engine. */
async function start(): Promise<System> {
  const system = await startSystem({ env: { CAPSTAN_RUNTIME: 'process' } })
  systems.push(system)
  return system
}

async function startSession(system: System, name: string): Promise<string> {
  const { projects } = await system.call(api.account.show, {})
  let image: { id: string } | undefined
  const isTold = async (): Promise<boolean> => {
    image = (await system.call(api.image.list, {})).items[0]
    return image !== undefined
  }
  await until('the agent has told its image', isTold, patience)
  const session = await system.call(api.session.create, {
    projectId: projects[0]!.id,
    name,
    imageId: image!.id,
    resources: { cpu: 0.1, mem: 64 * 2 ** 20 },
  })
  await until(
    `${name} runs`,
    async () => (await system.call(api.session.show, { id: session.id })).status === 'running',
    patience,
  )
  return session.id
}

const processesOf = (system: System): number[] =>
  [...programs, 'postgres' as const].flatMap(name => system.pids(name))

test('two systems run side by side, each with what is its own', async () => {
  const [first, second] = [await start(), await start()]
  await startSession(first, 'of-the-first')
  await startSession(second, 'of-the-second')
  for (const [system, name] of [
    [first, 'of-the-first'],
    [second, 'of-the-second'],
  ] as const) {
    const { items } = await system.call(api.session.list, { state: 'live' })
    expect(items.map(session => session.name)).toEqual([name])
    expect((await system.call(api.agent.list, {})).items).toHaveLength(1)
  }
})

test.each(['SIGINT', 'SIGTERM'] as const)(
  '%s ends everything, and the next start has all data',
  async signal => {
    const system = await start()
    const id = await startSession(system, 'kept')
    const launcher = system.launcher()
    const exited = new Promise(resolve => launcher.once('exit', resolve))
    launcher.kill(signal)
    expect(await exited).toBe(0)
    expect(processesOf(system)).toEqual([])
    await system.start()
    expect(await system.call(api.session.show, { id })).toMatchObject({ name: 'kept' })
  },
)

test('a terminal that is closed ends everything as well', async () => {
  const system = await start()
  const launcher = system.launcher()
  const exited = new Promise(resolve => launcher.once('exit', resolve))
  // Nobody takes its words any more: writing them fails.
  launcher.stdout?.destroy()
  launcher.stderr?.destroy()
  launcher.kill('SIGHUP')
  expect(await exited).toBe(0)
  expect(processesOf(system)).toEqual([])
})

test('a power cut loses nothing: the next start has all data, and runs sessions', async () => {
  const system = await start()
  const id = await startSession(system, 'before')
  await system.killAll()
  await system.start()
  expect(await system.call(api.session.show, { id })).toMatchObject({ name: 'before' })
  await startSession(system, 'after')
})

test('a port that somebody else holds is named', async () => {
  const port = await freePort()
  const holder = createServer()
  await new Promise<void>(resolve => holder.listen(port, '127.0.0.1', resolve))
  const home = mkdtempSync(join(tmpdir(), 'capstan-up-'))
  try {
    const child = spawn(process.execPath, [cli, 'up'], {
      env: { ...process.env, CAPSTAN_HOME: home, CAPSTAN_PORT: String(port) },
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    let told = ''
    child.stderr.on('data', chunk => (told += String(chunk)))
    // Not `exit`: what it has said may still be on its way then.
    const code = await new Promise(resolve => child.once('close', resolve))
    expect(code).toBe(1)
    expect(told).toContain(String(port))
    expect(told).toContain('CAPSTAN_PORT')
  } finally {
    holder.close()
    rmSync(home, { recursive: true, force: true })
  }
})
