/** Shares are priced in hundredths of a device. */
export const steps = 100

/** How much of each size is wanted: sizes are whole steps from 1 to 99, each once; amounts above 0. */
export interface Wanted {
  readonly size: number
  readonly amount: number
}

interface Pattern {
  /** How many of each size. */
  readonly counts: Float64Array
  readonly cost: number
}

/**
 * What a free part of a device is worth, by its steps from 0 to 100, in steps: a whole device is worth 100. It is worth what
 * can be made of it if devices are cut as well as can be for all that is wanted: 19 steps are worth nothing where so many
 * are left over that the few small shares cannot fill them, and 53 are worth 50 where shares of 47 go in pairs. These are
 * the dual prices of the cutting-stock problem, found by column generation (Gilmore and Gomory, "A Linear Programming
 * Approach to the Cutting-Stock Problem", Operations Research 9, 1961).
 */
export function worthByRest(wanted: readonly Wanted[]): Float64Array {
  const prices = cuttingStockPrices(wanted)
  const { worth } = bestFilling(wanted, prices)
  worth[steps] = 1
  return worth.map(value => value * steps)
}

/** Price of each size, in devices. A basis of patterns is improved until none of better value than a device is left. */
function cuttingStockPrices(wanted: readonly Wanted[]): Float64Array {
  const size = wanted.length
  const inverse = wanted.map((one, i) => {
    const row = new Float64Array(size)
    row[i] = 1 / Math.floor(steps / one.size)
    return row
  })
  const used = Float64Array.from(wanted, (one, i) => one.amount * inverse[i]![i]!)
  const costs = new Float64Array(size).fill(1)
  // It ends by itself after about as many steps as there are sizes; a bound guards against cycles of degenerate ones.
  for (let step = 0; step < 20 * size; step++) {
    const prices = pricesOf(inverse, costs)
    const pattern = betterPattern(wanted, prices)
    if (!pattern) return prices
    if (!exchange(inverse, used, costs, pattern)) return prices
  }
  return pricesOf(inverse, costs)
}

function pricesOf(inverse: readonly Float64Array[], costs: Float64Array): Float64Array {
  const prices = new Float64Array(costs.length)
  for (const [i, row] of inverse.entries())
    for (let j = 0; j < row.length; j++) prices[j]! += costs[i]! * row[j]!
  return prices
}

/** A pattern worth more than it costs: a size of which there may be too many, or a device filled better. */
function betterPattern(wanted: readonly Wanted[], prices: Float64Array): Pattern | undefined {
  const counts = new Float64Array(wanted.length)
  const negative = prices.findIndex(price => price < -1e-9)
  if (negative !== -1) {
    counts[negative] = -1
    return { counts, cost: 0 }
  }
  const { worth, last } = bestFilling(wanted, prices)
  if (worth[steps]! <= 1 + 1e-7) return undefined
  for (let rest = steps; rest > 0;) {
    const index = last[rest]!
    if (index === -1) rest--
    else {
      counts[index]!++
      rest -= wanted[index]!.size
    }
  }
  return { counts, cost: 1 }
}

/** By steps: the best value of any filling, and the size put in last (-1: a step stays empty). */
function bestFilling(
  wanted: readonly Wanted[],
  prices: Float64Array,
): { worth: Float64Array; last: Int32Array } {
  const worth = new Float64Array(steps + 1)
  const last = new Int32Array(steps + 1).fill(-1)
  for (let rest = 1; rest <= steps; rest++) {
    worth[rest] = worth[rest - 1]!
    for (let i = 0; i < wanted.length; i++) {
      const { size } = wanted[i]!
      if (size > rest) continue
      const value = worth[rest - size]! + prices[i]!
      if (value <= worth[rest]! + 1e-12) continue
      worth[rest] = value
      last[rest] = i
    }
  }
  return { worth, last }
}

/** Takes a pattern into the basis for the one that it uses up first. False: none is. */
function exchange(
  inverse: readonly Float64Array[],
  used: Float64Array,
  costs: Float64Array,
  { counts, cost }: Pattern,
): boolean {
  const change = Float64Array.from(inverse, row =>
    row.reduce((sum, x, j) => sum + x * counts[j]!, 0),
  )
  let out = -1
  for (let i = 0; i < used.length; i++)
    if (change[i]! > 1e-9 && (out === -1 || used[i]! / change[i]! < used[out]! / change[out]!))
      out = i
  if (out === -1) return false
  const amount = used[out]! / change[out]!
  const pivot = inverse[out]!
  for (let j = 0; j < pivot.length; j++) pivot[j]! /= change[out]!
  for (const [i, row] of inverse.entries()) {
    if (i === out) continue
    used[i] = Math.max(0, used[i]! - amount * change[i]!)
    for (let j = 0; j < row.length; j++) row[j]! -= change[i]! * pivot[j]!
  }
  used[out] = amount
  costs[out] = cost
  return true
}
