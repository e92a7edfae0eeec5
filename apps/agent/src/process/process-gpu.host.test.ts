import { join } from 'node:path'
import type { DesiredKernel } from '@capstan/contract/sync'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type FakeTools, installFakeTools } from '../devices/fake-tools.ts'
import { Mps, pipeFolder } from '../devices/mps.ts'
import { NodeAccelerators } from '../devices/node-accelerators.ts'
import { gpuLine } from '../devices/nvidia-fixtures.ts'
import { desiredKernel, isOver, keep, temporaryFolder } from '../testing.ts'
import { ProcessDriver, reachableFolder } from './process-driver.ts'

const clusterId = crypto.randomUUID()
const idOf = (index: number): string => `GPU-0000000${index}-aaaa-bbbb-cccc-dddddddddddd`

let tools: FakeTools
let driver: ProcessDriver
let mps: Mps
beforeEach(async () => {
  tools = installFakeTools()
  tools.tell([gpuLine(0), gpuLine(1)])
  const home = temporaryFolder()
  driver = await ProcessDriver.open(home, `test-${crypto.randomUUID().slice(0, 8)}`, 'bwrap')
  mps = new Mps(join(reachableFolder(home), 'mps'))
})
afterEach(async () => {
  for (const { id } of await driver.list(clusterId)) await driver.remove(id)
  await mps.keep([])
  tools.close()
})

/** What a session prints that was given these devices on a node of two GPUs. */
async function outputOf(command: string, devices: DesiredKernel['devices']): Promise<string> {
  const node = await NodeAccelerators.open({
    mocks: [],
    sharesGpus: true,
    mps,
    folders: tools.folders,
  })
  const kernel = desiredKernel('local/host:latest', 'process', {
    sessionType: 'batch',
    startupCommand: command,
    devices,
    environ: { CUDA_VISIBLE_DEVICES: 'all' },
  })
  const kept = keep(driver, kernel, clusterId, undefined, node)
  await kept.until(isOver)
  expect(kept.keeper.observation).toMatchObject({ reason: null, exitCode: 0 })
  return kept.output()
}

const list = 'echo "$CUDA_VISIBLE_DEVICES"; cd /dev; ls -d nvidia* 2>/dev/null | tr "\\n" " "'

test('a local session sees the device files of the GPUs that it was given, and of no others', async () => {
  const devices = [{ slot: 'cuda.device', deviceId: idOf(1), amount: 1 }]
  expect(await outputOf(list, devices)).toBe(`${idOf(1)}\nnvidia-uvm nvidia4 nvidiactl `)
})

test('a local session without GPUs sees none, whatever its variables say', async () => {
  expect(await outputOf(list, [])).toBe('\n')
})

test('a local session with a share is limited by MPS, and reaches its daemon', async () => {
  const script =
    'echo $CUDA_MPS_ACTIVE_THREAD_PERCENTAGE $CUDA_MPS_PINNED_DEVICE_MEM_LIMIT; ls "$CUDA_MPS_PIPE_DIRECTORY"'
  const output = await outputOf(script, [{ slot: 'cuda.shares', deviceId: idOf(0), amount: 0.5 }])
  expect(output).toBe('50 0=40779M\nnvidia-cuda-mps-control.pid\n')
  expect(pipeFolder(mps.folder, idOf(0)).length).toBeLessThan(75)
  expect(tools.mpsCalls()).toEqual([`start ${idOf(0)}`])
})
