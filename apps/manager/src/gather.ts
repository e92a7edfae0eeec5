import { isDatabaseAway } from '@capstan/runtime/database-away'

/** Of a go that failed, so many are done again at one time. */
const apartAtOnce = 4

export interface GatherOptions<I, O> {
  /** Does what many ask for in one go: an answer for each, in their order. */
  readonly work: (inputs: readonly I[]) => Promise<readonly O[]>
  /** Of inputs of one key that wait, the newest stands for all: its answer is theirs. Without this each is done. */
  readonly keyOf?: (input: I) => string
  /** Whether an input that came later is the newer one. Without this it is. */
  readonly isNewer?: (later: I, earlier: I) => boolean
  /** Most inputs of one go. */
  readonly most: number
}

interface Asked<I, O> {
  readonly input: I
  readonly answer: PromiseWithResolvers<O>
}

/**
 * Gathers what is asked for while a former go is under way, and does it in the next: nothing waits while there is little to
 * do, and much costs little each. A go that fails is done again one by one, so that what is wrong with one input is told to
 * its asker alone; unless the database is away.
 */
export function gather<I, O>({
  work,
  keyOf,
  isNewer = () => true,
  most,
}: GatherOptions<I, O>): (input: I) => Promise<O> {
  const waiting = new Map<unknown, Asked<I, O>>()
  let isBusy = false

  const next = (): Asked<I, O>[] => {
    const group = [...waiting.entries().take(most)]
    for (const [key] of group) waiting.delete(key)
    return group.map(([, asked]) => asked)
  }

  const go = async (group: readonly Asked<I, O>[]): Promise<void> => {
    try {
      const answers = await work(group.map(({ input }) => input))
      for (const [index, { answer }] of group.entries()) answer.resolve(answers[index]!)
    } catch (error) {
      if (group.length > 1 && !isDatabaseAway(error)) await apart(group)
      else for (const { answer } of group) answer.reject(error)
    }
  }

  // A few side by side: each holds a connection.
  const apart = async (group: readonly Asked<I, O>[]): Promise<void> => {
    const left = group.values()
    const work = async (): Promise<void> => {
      for (const one of left) await go([one])
    }
    await Promise.all(Array.from({ length: apartAtOnce }, work))
  }

  const run = async (): Promise<void> => {
    isBusy = true
    while (waiting.size > 0) await go(next())
    isBusy = false
  }

  return input => {
    const key = keyOf?.(input) ?? Symbol('each its own')
    const known = waiting.get(key)
    const answer = known?.answer ?? Promise.withResolvers<O>()
    waiting.set(key, { input: known && !isNewer(input, known.input) ? known.input : input, answer })
    if (!isBusy) void run()
    return answer.promise
  }
}
