import { existsSync } from 'node:fs'
import type { AgentView, Demand } from '@capstan/core/placement'
import { chooseDevices } from '@capstan/core/placement/devices'
import { Fleet } from '@capstan/core/placement/fleet'
import type { Selector } from '@capstan/core/placement/select'
import { Shapes } from '@capstan/core/placement/shapes'
import { Turn } from '@capstan/core/placement/turn'
import { countOf, valueOf } from './flags.ts'
import type { Figures } from './main.ts'
import { below, randomOf } from './random.ts'
import { rounded } from './statistics.ts'
import { capacityOf, gpuOf, offered, readNodes, readTasks } from './workload.ts'

const strategies = ['random', 'dispersed', 'concentrated', 'balanced'] as const
type Strategy = (typeof strategies)[number]

/** Offers one task; answers whether it was placed. */
type Place = (task: Demand) => boolean

/**
 * How much of all GPUs is given out in the end when the tasks of a real trace are offered one at a time and none ever ends,
 * by the selectors that the scheduler uses; and the time of a placement. Random placement checks the method itself.
 */
export async function traceBench(flags: readonly string[]): Promise<Figures> {
  const nodesFile = fileOf(flags, 'nodes')
  const tasksFile = fileOf(flags, 'pods')
  const seeds = countOf(flags, 'seeds', 10)
  const given = valueOf(flags, 'strategy')
  const chosen = strategies.filter(one => given === undefined || one === given)
  if (chosen.length === 0) throw new Error(`--strategy is one of ${strategies.join(', ')}`)
  const agents = readNodes(nodesFile)
  const tasks = readTasks(tasksFile)
  const figures: Record<string, number> = {}
  for (const strategy of chosen) {
    const runs = Array.from({ length: seeds }, (_, i) => run(strategy, agents, tasks, i + 1))
    const mean = (of: (one: Run) => number): number =>
      rounded(runs.reduce((sum, one) => sum + of(one), 0) / runs.length)
    const suffix = given === undefined ? `.${strategy}` : ''
    figures[`allocatedPercent${suffix}`] = mean(one => one.percent)
    figures[`placementMicros${suffix}`] = mean(one => one.micros)
  }
  return figures
}

function fileOf(flags: readonly string[], name: string): string {
  const file = valueOf(flags, name)
  if (file === undefined || !existsSync(file)) {
    console.error(
      `bench trace needs --nodes FILE and --pods FILE; ${file === undefined ? `--${name} is not given` : `there is no ${file}`}`,
    )
    process.exit(2)
  }
  return file
}

interface Run {
  readonly percent: number
  /** Processor time of this process for each task offered. */
  readonly micros: number
}

function run(
  strategy: Strategy,
  agents: readonly AgentView[],
  tasks: readonly Demand[],
  seed: number,
): Run {
  const random = randomOf(seed)
  const capacity = capacityOf(agents)
  const queue = offered(tasks, capacity, random)
  const place = strategy === 'random' ? atRandom(agents, random) : bySelector(agents, strategy)
  const before = process.cpuUsage()
  let given = 0
  for (const task of queue) if (place(task)) given += gpuOf(task)
  const { user, system } = process.cpuUsage(before)
  return { percent: (100 * given) / capacity, micros: (user + system) / queue.length }
}

/** The scheduler's own turn. What `balanced` knows is what has been offered so far. */
function bySelector(agents: readonly AgentView[], selector: Selector): Place {
  const turn = new Turn({
    agents,
    selector,
    queue: [],
    accounts: new Map(),
    sequencer: 'fifo',
    retriesToSkip: 0,
  })
  return task => {
    const shape = turn.shapes.of(task)
    turn.note(shape)
    return 'kernels' in turn.offer(task, shape)
  }
}

/** Any node that fits, and of it the fullest GPU that does. */
function atRandom(agents: readonly AgentView[], random: () => number): Place {
  const fleet = Fleet.of(agents)
  const shapes = new Shapes(fleet)
  const choice = { isSpreading: false, shareCost: (_a: number, _s: number, free: number) => free }
  return task => {
    const { need } = shapes.of(task).parts[0]!
    const fitting = fleet.agents.flatMap((agent, index) => {
      const models = task.deviceModels ?? []
      const model = agent.devices.find(one => one.model !== undefined)?.model ?? ''
      return fleet.fits(index, need) && (models.length === 0 || models.includes(model))
        ? [index]
        : []
    })
    const agent = fitting[below(random, fitting.length)]
    if (agent === undefined) return false
    fleet.take(agent, chooseDevices(fleet, agent, need, choice))
    return true
  }
}
