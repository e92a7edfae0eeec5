export interface GatherOptions<I, O> {
  /** Does what many ask for in one go: an answer for each, in their order. */
  readonly work: (inputs: readonly I[]) => Promise<readonly O[]>
  /** Inputs of the same key are never done in one go. Without this any may be. */
  readonly keyOf?: (input: I) => string
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
 * its asker alone.
 */
export function gather<I, O>({ work, keyOf, most }: GatherOptions<I, O>): (input: I) => Promise<O> {
  let waiting: Asked<I, O>[] = []
  let isBusy = false

  const next = (): Asked<I, O>[] => {
    const keys = new Set<string>()
    const going: Asked<I, O>[] = []
    const staying: Asked<I, O>[] = []
    for (const one of waiting) {
      const key = keyOf?.(one.input)
      if (going.length === most || (key !== undefined && keys.has(key))) staying.push(one)
      else going.push(one)
      if (key !== undefined) keys.add(key)
    }
    waiting = staying
    return going
  }

  const go = async (group: readonly Asked<I, O>[]): Promise<void> => {
    try {
      const answers = await work(group.map(({ input }) => input))
      for (const [index, { answer }] of group.entries()) answer.resolve(answers[index]!)
    } catch (error) {
      const [only, ...others] = group
      if (others.length === 0) only?.answer.reject(error)
      // Side by side: where nothing works at all, nobody waits for the failures of all others.
      else await Promise.all(group.map(one => go([one])))
    }
  }

  const run = async (): Promise<void> => {
    isBusy = true
    while (waiting.length > 0) await go(next())
    isBusy = false
  }

  return input => {
    const one = { input, answer: Promise.withResolvers<O>() }
    waiting.push(one)
    if (!isBusy) void run()
    return one.answer.promise
  }
}
