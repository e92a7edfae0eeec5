import { readFileSync } from 'node:fs'
import type { AgentView, Demand } from '@capstan/core/placement'
import { below } from './random.ts'

const mib = 2 ** 20
const slot = 'cuda.shares'

type Row = Readonly<Record<string, string>>

function readRows(file: string): Row[] {
  const [head = '', ...lines] = readFileSync(file, 'utf8').trim().split(/\r?\n/)
  const names = head.split(',')
  return lines.map(line => {
    const values = line.split(',')
    return Object.fromEntries(names.map((name, i) => [name, values[i] ?? '']))
  })
}

/** The nodes of a trace as agents; each GPU can be shared. */
export const readNodes = (file: string): AgentView[] =>
  readRows(file).map(row => ({
    id: row['sn'] ?? '',
    architecture: 'x86_64',
    runtimes: ['docker'],
    images: new Set(),
    devices: [
      pooled('cpu', Number(row['cpu_milli'])),
      pooled('mem', Number(row['memory_mib']) * mib),
      ...Array.from({ length: Number(row['gpu']) }, (_, i) => ({
        ...pooled(slot, 1000),
        id: `gpu${i}`,
        model: row['model'] ?? '',
      })),
    ],
  }))

const pooled = (slot: string, capacity: number) => ({ id: slot, slot, capacity, free: capacity })

/** The tasks of a trace as sessions of one container. */
export const readTasks = (file: string): Demand[] =>
  readRows(file).map((row, at) => {
    const gpus = Number(row['num_gpu'])
    const shares = gpus === 1 ? Number(row['gpu_milli']) : gpus * 1000
    const amounts = { cpu: Number(row['cpu_milli']), mem: Number(row['memory_mib']) * mib }
    return {
      sessionId: row['name'] ?? `${at}`,
      ownerId: 'owner',
      accessKey: 'key',
      priority: 10,
      enqueuedAt: at,
      imageId: 'image',
      architecture: 'x86_64',
      runtime: 'docker',
      needsImageInstalled: false,
      failedAgentIds: [],
      skips: 0,
      kernels: [{ kernelIndex: 0, amounts: shares > 0 ? { ...amounts, [slot]: shares } : amounts }],
      deviceModels: (row['gpu_spec'] ?? '').split('|').filter(model => model !== ''),
    }
  })

/** Thousandths of a GPU. */
export const gpuOf = ({ kernels }: Pick<Demand, 'kernels'>): number =>
  kernels[0]?.amounts[slot] ?? 0

export const capacityOf = (agents: readonly AgentView[]): number =>
  agents
    .flatMap(agent => agent.devices)
    .reduce((sum, one) => sum + (one.slot === slot ? one.capacity : 0), 0)

/**
 * All tasks and further ones drawn at random until the next would pass 130 % of the GPUs (or without random ones while they
 * are over it), shuffled: as the published figures were made.
 */
export function offered(
  tasks: readonly Demand[],
  capacity: number,
  random: () => number,
): Demand[] {
  const limit = 1.3 * capacity
  const queue = [...tasks]
  let sum = queue.reduce((all, task) => all + gpuOf(task), 0)
  while (sum > limit) {
    const at = below(random, queue.length)
    sum -= gpuOf(queue[at]!)
    queue[at] = queue.at(-1)!
    queue.pop()
  }
  for (;;) {
    const task = tasks[below(random, tasks.length)]!
    if (sum + gpuOf(task) > limit) break
    sum += gpuOf(task)
    queue.push(task)
  }
  for (let at = queue.length - 1; at > 0; at--) {
    const other = below(random, at + 1)
    const task = queue[at]!
    queue[at] = queue[other]!
    queue[other] = task
  }
  return queue
}
