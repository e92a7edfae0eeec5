import type { Owner, Steps } from './agenda.ts'
import { changePriority, createSession, end, endMoves } from './model/request.ts'
import type { KeypairRow, SessionRequest, SessionRow } from './model/rows.ts'
import type { Manager } from './part/manager.ts'
import { drawGroup, drawLimits, drawRequest } from './scenario.ts'
import type { World } from './world.ts'

/** How often an administrator changes something, on average. Milliseconds. */
const meanChangeMs = 20_000

/** Sessions of theirs that people remember, to have others start after them. */
const mostKnown = 12

/** Users who ask for sessions and end them, and an administrator who changes settings. */
export class People implements Owner {
  life = 0
  readonly #world: World

  constructor(world: World) {
    this.#world = world
  }

  start(): void {
    const { agenda, db } = this.#world
    for (const keypair of db.keypairs.values()) agenda.begin(this, this.#userSteps(keypair))
    agenda.begin(this, this.#adminSteps())
  }

  /** They go home. */
  stop(): void {
    this.life++
  }

  *#userSteps(keypair: KeypairRow): Steps {
    const { random, scenario, db } = this.#world
    let known: SessionRow[] = []
    for (;;) {
      yield random.wait(scenario.meanArrivalMs * db.keypairs.size)
      const own = [...db.live.values()].filter(session => session.keypair === keypair)
      if (own.length > 0 && random.chance(0.15)) this.#endSome(own)
      else if (own.length > 0 && random.chance(0.1)) this.#hurry(random.pick(own))
      else if (db.live.size < scenario.mostLive) {
        known = [...known, ...own].slice(-mostKnown)
        const request = drawRequest(random, scenario, keypair, { now: db.now, known })
        this.ask(manager => createSteps(manager, request))
      }
    }
  }

  #hurry(session: SessionRow): void {
    const priority = this.#world.random.pick([5, 10, 20, 40])
    this.ask(manager => prioritySteps(manager, session, priority))
  }

  #endSome(own: readonly SessionRow[]): void {
    const { random } = this.#world
    const some = random.chance(0.2) ? own.filter(() => random.chance(0.5)) : [random.pick(own)]
    this.end(some, random.chance(0.3) ? 'force' : 'polite')
  }

  end(sessions: readonly SessionRow[], mode: 'polite' | 'force'): void {
    this.ask(manager => endSteps(manager, sessions, mode))
  }

  /** Makes a request of some manager; where none is up nothing happens. */
  ask(steps: (manager: Manager) => Steps): void {
    const manager = this.#world.findManager()
    if (manager) this.#world.agenda.begin(manager, attemptSteps(manager, steps(manager)))
  }

  *#adminSteps(): Steps {
    const { random, db, scenario } = this.#world
    const changes = [
      () => this.#toggleAgent(),
      () => {
        const { name } = random.pick(scenario.groups)
        Object.assign(db.group(name), drawGroup(random, name), { isActive: random.chance(0.9) })
      },
      () => {
        const keypair = random.pick([...db.keypairs.values()])
        Object.assign(keypair, drawLimits(random), { weight: random.pick([1, 1, 2]) })
      },
      () => this.#move(),
    ]
    for (;;) {
      yield random.wait(meanChangeMs)
      if (!this.#world.isDatabaseDown) random.pick(changes)()
      this.#world.note('admin', 'changes a setting')
    }
  }

  #toggleAgent(): void {
    const { random, db } = this.#world
    const agent = random.pick([...db.agents.values()])
    agent.isSchedulable = !agent.isSchedulable || random.chance(0.3)
  }

  /** An agent goes to another group; what runs on it goes on (GRP-05). */
  #move(): void {
    const { random, db } = this.#world
    const agent = random.pick([...db.agents.values()])
    if (agent.group !== null) agent.group = random.pick([...db.groups.keys()])
  }
}

function* attemptSteps(manager: Manager, steps: Steps): Steps {
  yield* manager.attempt(steps)
}

/** `create` of session.routes.ts. */
function* createSteps(manager: Manager, request: SessionRequest): Steps {
  yield manager.pause()
  const made = manager.committed(createSession(manager.db, request))
  yield manager.pause()
  if ('id' in made) manager.wake(['scheduler'])
}

/** `changePriority` of session.routes.ts. */
function* prioritySteps(manager: Manager, session: SessionRow, priority: number): Steps {
  yield manager.pause()
  manager.committed(changePriority(session, priority))
  yield manager.pause()
  manager.wake(['scheduler'])
}

/** `terminate` of session.routes.ts: reads, decides by the rule, writes what is still so; looks again at those that moved. */
function* endSteps(
  manager: Manager,
  sessions: readonly SessionRow[],
  mode: 'polite' | 'force',
): Steps {
  const reason =
    mode === 'force'
      ? { code: 'force_terminated', message: 'Ended by force' }
      : { code: 'user_requested', message: 'Ended' }
  for (let round = 0; round < 5; round++) {
    yield manager.pause()
    const moves = endMoves(manager.db, sessions, mode)
    if (moves.length === 0) return
    yield manager.pause()
    const agentIds = manager.committed(end(manager.db, moves, reason))
    yield manager.pause()
    manager.wake([...agentIds.map(id => `agent:${id}` as const), 'scheduler'])
  }
}
