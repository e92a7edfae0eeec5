import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { api } from '@capstan/contract/api'
import type { Call } from '@capstan/contract/client'
import { until } from '@capstan/testkit/system'

const cli = fileURLToPath(new URL('../../apps/cli/src/main.ts', import.meta.url))

interface Wanted {
  readonly ids: readonly string[]
  readonly resourceGroup: string
  /** What the file of mock devices of each says. */
  readonly mockDevices: readonly object[]
}

/**
 * Runs agents as an administrator would, with the one command, on this machine's container engine: their containers are real,
 * and labels say whose each is. Answers how to stop them.
 */
export async function startRealMachines(
  url: string,
  call: Call,
  { ids, resourceGroup, mockDevices }: Wanted,
): Promise<() => Promise<void>> {
  const { token } = await call(api.joinToken.create, {
    role: 'agent',
    description: 'machines of a test',
    lifetimeS: 3600,
  })
  const home = mkdtempSync(join(tmpdir(), 'capstan-machines-'))
  const devices = join(home, 'devices.json')
  writeFileSync(devices, JSON.stringify(mockDevices))
  const agents = ids.map(id => {
    const command = ['agent', '--manager', url, '--token', token, '--id', id]
    const place = ['--home', join(home, id), '--relay-port', '0', '--runtime', 'docker']
    const kind = ['--resource-group', resourceGroup, '--mock-devices', devices]
    return spawn(process.execPath, [cli, ...command, ...place, ...kind], { stdio: 'ignore' })
  })
  const stop = async (): Promise<void> => {
    await Promise.all(agents.map(end))
    rmSync(home, { recursive: true, force: true })
  }
  const areThere = async (): Promise<boolean> => {
    const { items } = await call(api.agent.list, { status: ['connected'], limit: 200 })
    return ids.every(id => items.some(agent => agent.id === id && agent.runtimes.length > 0))
  }
  try {
    await until('the machines are connected', areThere, { patienceMs: 60_000 })
  } catch (error) {
    await stop()
    throw error
  }
  return stop
}

async function end(agent: ChildProcess): Promise<void> {
  if (agent.exitCode !== null || agent.signalCode !== null) return
  const exited = new Promise(resolve => agent.once('exit', resolve))
  agent.kill('SIGTERM')
  await exited
}
