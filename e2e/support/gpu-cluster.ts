import { api } from '@capstan/contract/api'
import type { Call } from '@capstan/contract/client'
import { until } from '@capstan/testkit/system'
import { addMachines, fakeImage } from './machines.ts'

const GiB = 2 ** 30

/** What runs and what waits in it: cores, memory in GiB, GPUs, priority. */
const workloads = [
  ['pretrain', 32, 256, 8, 10],
  ['finetune-speech', 16, 128, 4, 10],
  ['finetune-vision', 8, 64, 2, 10],
  ['evaluate', 8, 64, 1, 10],
  ['pretrain-large', 32, 256, 8, 10],
  ['thesis-sweep', 16, 128, 4, 10],
  ['deadline-demo', 8, 64, 4, 40],
  ['notebook', 4, 16, 1, 10],
] as const

/** A resource group of GPU machines, with more asked for than there is. Answers how to take it down. */
export async function addGpuCluster(url: string, call: Call): Promise<() => Promise<void>> {
  await call(api.group.create, { name: 'gpu', description: 'The large ones', reserveAfterS: 0 })
  const devices = Array.from({ length: 8 }, (_, index) => ({
    id: `GPU-${index}`,
    kind: 'cuda',
    model: 'NVIDIA H100',
    slot: 'cuda.device',
    capacity: 1,
    numaNode: index < 4 ? 0 : 1,
  }))
  const fleet = await addMachines(url, call, {
    ids: ['gpu-01', 'gpu-02'],
    resourceGroup: 'gpu',
    capacity: { cpu: 64, mem: 512 * GiB, 'cuda.device': 8 },
    devices,
  })
  await askForWork(call)
  return async () => {
    const { items } = await call(api.session.list, { state: 'live', resourceGroup: 'gpu' })
    await call(api.session.terminate, { ids: items.map(({ id }) => id), force: true })
    await fleet.stop()
  }
}

async function askForWork(call: Call): Promise<void> {
  const { projects } = await call(api.account.show, {})
  const { items } = await call(api.image.list, {})
  const project = projects.find(({ name }) => name === 'default')
  const image = items.find(({ reference }) => reference === fakeImage.reference)
  if (!project || !image) throw new Error('there is no project or image for the GPU machines')
  for (const [name, cpu, mem, gpus, priority] of workloads)
    await call(api.session.create, {
      name,
      projectId: project.id,
      imageId: image.id,
      resourceGroup: 'gpu',
      resources: { cpu, mem: mem * GiB, 'cuda.device': gpus },
      priority,
    })
  await until(
    'the first of them run',
    async () => {
      const running = await call(api.session.list, { status: ['running'], resourceGroup: 'gpu' })
      return running.items.length >= 4
    },
    { patienceMs: 30_000 },
  )
}
