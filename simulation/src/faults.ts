import type { KernelReport } from '@capstan/core/kernel-report'
import type { Owner, Steps } from './agenda.ts'
import { leaveAgent } from './model/house.ts'
import type { Report } from './model/report.ts'
import type { SyncAnswer } from './part/manager.ts'
import type { Node } from './part/node.ts'
import { drawDevices } from './scenario.ts'
import type { World } from './world.ts'

const hourMs = 3_600_000

/** How many reports of a node are kept, to come once more when they are old. */
const keptReports = 4

/** What goes wrong, one thing after the other, several at a time. All of it is mended when the storm is over. */
export class Faults implements Owner {
  life = 0
  readonly #world: World
  readonly #kept = new Map<Node, Report[]>()

  constructor(world: World) {
    this.#world = world
  }

  start(): void {
    this.#world.agenda.begin(this, this.#steps())
  }

  *#steps(): Steps {
    const { random, scenario } = this.#world
    const kinds = [
      () => this.#killManager(),
      () => this.#stopDatabase(),
      () => this.#killAgent(),
      () => this.#killAgent(),
      () => this.#leave(),
      () => this.#crashNode(),
      () => this.#cut(),
      () => this.#disturbLink(),
      () => this.#slowDown(),
      () => this.#stopEngine(),
      () => this.#vanish(),
      () => this.#repeatOldReport(),
      () => this.#lie(),
      () => this.#changeHardware(),
      () => this.#turnClock(),
      () => this.#loseCommits(),
    ]
    for (;;) {
      yield random.wait(scenario.meanFaultMs)
      random.pick(kinds)()
    }
  }

  /** Undoes all that is wrong now, and stops. */
  mend(): void {
    this.life++
    const world = this.#world
    world.isDatabaseDown = false
    world.lostCommitShare = 0
    for (const manager of world.managers) manager.start()
    for (const node of world.nodes) {
      Object.assign(node, { isCut: false, lossShare: 0, doublingShare: 0, slowness: 1 })
      node.engine.isAway = false
      node.devices = world.scenario.nodes.find(({ id }) => id === node.id)!.devices
      node.agent.start()
    }
  }

  /** A report as it was sent, for later. */
  keep(node: Node, report: Report): void {
    if (!this.#world.random.chance(0.05)) return
    const kept = this.#kept.get(node) ?? []
    this.#kept.set(node, [...kept, report].slice(-keptReports))
  }

  get #node(): Node {
    return this.#world.random.pick(this.#world.nodes)
  }

  /** A node, or with none the cluster, is not well for so long; then `mend` puts it right. */
  #trouble(what: string, node: Node | undefined, lastsMs: number, mend: () => void): void {
    const world = this.#world
    world.note(node?.id ?? 'cluster', `${what}, ${Math.round(lastsMs)} ms`)
    const until = world.agenda.now + lastsMs
    if (node) node.wellFrom = Math.max(node.wellFrom, until)
    else world.wellFrom = Math.max(world.wellFrom, until)
    world.agenda.begin(this, mendSteps(mend), lastsMs)
  }

  #killManager(): void {
    const manager = this.#world.random.pick(this.#world.managers)
    if (!manager.isUp) return
    manager.kill()
    this.#trouble(`${manager.name} is killed`, undefined, this.#world.random.wait(6000), () =>
      manager.start(),
    )
  }

  #stopDatabase(): void {
    const world = this.#world
    if (world.isDatabaseDown) return
    world.isDatabaseDown = true
    // What was under way is rolled back.
    world.databaseLife++
    world.schedulerLock = undefined
    this.#trouble('the database stops', undefined, world.random.wait(4000), () => {
      world.isDatabaseDown = false
    })
  }

  #killAgent(): void {
    const node = this.#node
    if (!node.agent.isUp) return
    node.agent.kill()
    const { random } = this.#world
    // Now and then for longer than it takes to be lost.
    const lastsMs = random.chance(0.3) ? 20_000 + random.wait(30_000) : random.wait(3000)
    this.#trouble('the agent is killed', node, lastsMs, () => node.agent.start())
  }

  /** In good order, with goodbye. */
  #leave(): void {
    const node = this.#node
    if (!node.agent.isUp || this.#world.isDatabaseDown) return
    leaveAgent(this.#world.db, node.id)
    node.agent.kill()
    this.#trouble('the agent is stopped', node, this.#world.random.wait(20_000), () =>
      node.agent.start(),
    )
  }

  #crashNode(): void {
    const node = this.#node
    node.crash()
    node.engine.isAway = false
    this.#trouble('the node crashes', node, 2000 + this.#world.random.wait(25_000), () =>
      node.agent.start(),
    )
  }

  #cut(): void {
    const node = this.#node
    if (node.isCut) return
    node.isCut = true
    this.#trouble('the node is cut off', node, this.#world.random.wait(20_000), () => {
      node.isCut = false
    })
  }

  #disturbLink(): void {
    const node = this.#node
    node.lossShare = this.#world.random.pick([0.05, 0.3])
    node.doublingShare = this.#world.random.pick([0, 0.3])
    this.#trouble('the network loses and doubles', node, this.#world.random.wait(20_000), () =>
      Object.assign(node, { lossShare: 0, doublingShare: 0 }),
    )
  }

  #slowDown(): void {
    const node = this.#node
    node.slowness = this.#world.random.pick([5, 20, 100])
    this.#trouble(
      `everything takes ${node.slowness} times as long`,
      node,
      this.#world.random.wait(20_000),
      () => {
        node.slowness = 1
      },
    )
  }

  #stopEngine(): void {
    const node = this.#node
    const { engine } = node
    engine.isAway = true
    this.#trouble('the engine is away', node, this.#world.random.wait(8000), () => {
      engine.isAway = false
    })
  }

  #vanish(): void {
    const node = this.#node
    const there = [...node.engine.containers.values()]
    if (there.length === 0) return
    this.#world.note(node.id, 'a container vanishes')
    node.engine.vanish(this.#world.random.pick(there))
  }

  /** A report comes that was sent long ago. */
  #repeatOldReport(): void {
    const node = this.#node
    const report = this.#kept.get(node)?.[0]
    if (report) this.#send(node, report, 'an old report comes again')
  }

  /** An agent says things that are not so: of kernels of others, and of its own. */
  #lie(): void {
    const { random, db, checks } = this.#world
    const node = this.#node
    const kernels = [...db.live.values()].flatMap(session => session.kernels)
    const lies = kernels.flatMap(({ id, agentId, startedAt }): KernelReport[] => {
      const isOwn = agentId === node.id
      if (isOwn && !random.chance(0.1)) return []
      if (isOwn) checks.containers.noteLie(id)
      const status = random.pick([
        'preparing',
        'creating',
        'running',
        'terminating',
        'terminated',
      ] as const)
      return [
        {
          kernelId: id,
          status,
          progress: null,
          containerId: null,
          exitCode: random.pick([null, 0, 1]),
          reason: null,
          // Whether it has run is not something to lie about: it is what keeps it from running twice.
          startedAt: startedAt?.toISOString() ?? null,
          endedAt: null,
          apps: [],
          isLogComplete: random.chance(0.5),
        },
      ]
    })
    const { architecture, group, devices } = node
    const clock = node.clock()
    this.#send(node, { architecture, group, devices, kernels: lies, clock }, 'the agent lies')
  }

  #send(node: Node, report: Report, what: string): void {
    const manager = this.#world.findManager()
    if (!manager || node.isCut) return
    this.#world.note(node.id, what)
    this.#world.network.forge<SyncAnswer>(node, (manager, call) =>
      manager.sync(call, report, { known: '', holds: [], waitMs: 0 }),
    )
  }

  /** Devices come and go, with the agent restarted to see them. */
  #changeHardware(): void {
    const { random, scenario } = this.#world
    const node = this.#node
    const original = scenario.nodes.find(({ id }) => id === node.id)!.devices
    node.devices = random.chance(0.3)
      ? drawDevices(random)
      : original
          .filter(() => random.chance(0.9))
          .map(device => ({ ...device, capacity: Math.ceil(device.capacity * random.share()) }))
    node.agent.kill()
    this.#trouble('the hardware changes', node, random.wait(2000), () => node.agent.start())
  }

  #turnClock(): void {
    const node = this.#node
    node.clockOffsetMs = Math.round((this.#world.random.share() - 0.5) * 6 * hourMs)
    this.#world.note(node.id, `its clock is ${node.clockOffsetMs} ms ahead`)
  }

  #loseCommits(): void {
    this.#world.lostCommitShare = 0.05
    this.#trouble('answers to commits are lost', undefined, this.#world.random.wait(10_000), () => {
      this.#world.lostCommitShare = 0
    })
  }
}

// oxlint-disable-next-line require-yield
function* mendSteps(mend: () => void): Steps {
  mend()
}
