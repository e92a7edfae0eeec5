import type { Owner } from '../agenda.ts'
import type { Report } from '../model/report.ts'
import type { World } from '../world.ts'
import { Agent } from './agent.ts'
import { Engine } from './engine.ts'

/** A machine: hardware, a clock, a container engine, an agent, and a cable to the managers. */
export class Node implements Owner {
  /** Changes when it reboots. */
  life = 0
  readonly id: string
  readonly architecture: string
  readonly group: string
  devices: Report['devices']
  readonly engine: Engine
  readonly agent: Agent
  /** Its clock ahead of the database's, in milliseconds. */
  clockOffsetMs = 0
  isCut = false
  lossShare = 0
  doublingShare = 0
  /** Since when nothing is wrong with it. Virtual milliseconds. */
  wellFrom = 0
  /** By how much everything takes longer. */
  slowness = 1
  readonly #world: World

  constructor(
    world: World,
    given: { id: string; architecture: string; group: string; devices: Report['devices'] },
  ) {
    this.#world = world
    this.id = given.id
    this.architecture = given.architecture
    this.group = given.group
    this.devices = given.devices
    this.engine = new Engine(world, this)
    this.agent = new Agent(world, this)
  }

  /** The time of its own clock, as ISO text. */
  clock(): string {
    return new Date(this.#world.epochMs + this.#world.agenda.now + this.clockOffsetMs).toISOString()
  }

  /** The engine tells the agent that a container changed; nobody hears it while the agent is away. */
  tell(kernelId: string, isOutOfMemory: boolean): void {
    if (this.agent.isUp && !this.engine.isAway) this.agent.onChange(kernelId, isOutOfMemory)
  }

  /** Power is lost: containers and agent are gone. */
  crash(): void {
    this.life++
    this.agent.kill()
    this.engine.wipe()
  }
}
