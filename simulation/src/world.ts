import { Agenda, type Owner } from './agenda.ts'
import { Checks } from './check/checks.ts'
import { Fates, longestCalmRunMs } from './fates.ts'
import { Faults } from './faults.ts'
import { Database } from './model/database.ts'
import { Manager } from './part/manager.ts'
import { Network } from './part/network.ts'
import { Node } from './part/node.ts'
import { People } from './people.ts'
import { Random } from './random.ts'
import type { Rules } from './rules.ts'
import { drawScenario, noLimits, type Scenario } from './scenario.ts'

export interface Violation {
  readonly invariant: string
  readonly message: string
  readonly atMs: number
}

/** How many of the last events are told with a failure. */
const notesKept = 60

/** A cluster with its people and its bad luck, in virtual time. Everything in it follows from the seed and the rules. */
export class World implements Owner {
  readonly life = 0
  /** Virtual time 0, as a time of day. */
  readonly epochMs = 1_750_000_000_000
  readonly rules: Rules
  readonly random: Random
  readonly scenario: Scenario
  readonly agenda = new Agenda()
  readonly checks: Checks
  readonly db: Database
  readonly network: Network
  readonly fates: Fates
  readonly faults: Faults
  readonly people: People
  readonly managers: readonly Manager[]
  readonly nodes: readonly Node[]
  isCalm = false
  isDatabaseDown = false
  /** Changes when the database restarts: what was not committed is gone. */
  databaseLife = 0
  /** Who holds the advisory lock of the scheduler. */
  schedulerLock: Manager | undefined
  lostCommitShare = 0
  /** Since when nothing is wrong with what all nodes depend on. */
  wellFrom = 0
  violation: Violation | undefined
  readonly #notes: string[] = []

  constructor(seed: number, rules: Rules) {
    this.rules = rules
    this.random = new Random(seed)
    this.scenario = drawScenario(this.random)
    this.checks = new Checks(this)
    this.db = new Database(rules, this.checks, () => this.epochMs + this.agenda.now)
    this.network = new Network(this)
    this.fates = new Fates(this)
    this.faults = new Faults(this)
    this.people = new People(this)
    const { managerCount, nodes } = this.scenario
    this.managers = Array.from(
      { length: managerCount },
      (_, i) => new Manager(this, `manager-${i}`),
    )
    this.nodes = nodes.map(node => new Node(this, node))
    this.#fill()
  }

  #fill(): void {
    for (const group of this.scenario.groups) this.db.groups.set(group.name, { ...group })
    for (const keypair of this.scenario.keypairs)
      this.db.keypairs.set(keypair.accessKey, { ...keypair })
    for (const { id } of this.nodes)
      this.db.agents.set(id, {
        id,
        status: 'terminated',
        group: null,
        architecture: '',
        isSchedulable: true,
        lastContactAt: this.db.now,
        lostAt: null,
        reportHash: '',
        devices: new Map(),
        kernels: new Set(),
      })
  }

  /** Processes start, people come, and things go wrong. */
  start(): void {
    for (const manager of this.managers) manager.start()
    for (const node of this.nodes) node.agent.start()
    this.people.start()
    this.faults.start()
  }

  /** What is wrong is mended, nobody asks for more, and what runs ends by itself or is ended. */
  calm(): void {
    this.isCalm = true
    this.note('cluster', 'the storm is over')
    this.faults.mend()
    this.people.stop()
    for (const group of this.db.groups.values())
      Object.assign(group, { isActive: true, pendingTimeoutS: 0 })
    for (const keypair of this.db.keypairs.values()) Object.assign(keypair, noLimits())
    for (const agent of this.db.agents.values()) agent.isSchedulable = true
    for (const node of this.nodes) node.engine.letAllEnd(longestCalmRunMs)
    const some = [...this.db.live.values()].filter(() => this.random.chance(0.2))
    this.people.end(some, 'polite')
  }

  /** A manager that a request reaches. */
  findManager(): Manager | undefined {
    const up = this.managers.filter(manager => manager.isUp)
    return up.length > 0 ? this.random.pick(up) : undefined
  }

  note(who: string, what: string, more = ''): void {
    this.#notes.push(`${this.agenda.now.toFixed(1).padStart(12)} ms  ${who}: ${what} ${more}`)
    if (this.#notes.length > 2 * notesKept) this.#notes.splice(0, notesKept)
  }

  /** The last events, oldest first. */
  get notes(): readonly string[] {
    return this.#notes.slice(-notesKept)
  }

  /** The first failure counts: what comes after it may be its doing. */
  fail(invariant: string, message: string): void {
    this.violation ??= { invariant, message, atMs: this.agenda.now }
  }
}
