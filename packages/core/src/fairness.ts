import type { Amounts } from './slots.ts'

/**
 * The largest part that an owner has of any slot: the dominant share of Ghodsi et al., "Dominant Resource Fairness" (NSDI
 * 2011). 0 or more; slots of which there is nothing do not count.
 */
export function dominantShare(held: Amounts, capacity: Amounts): number {
  let most = 0
  for (const slot in held) {
    const of = capacity[slot] ?? 0
    if (of > 0) most = Math.max(most, held[slot]! / of)
  }
  return most
}

/**
 * Mean use that forgets: what was used `halfLifeMs` ago counts half as much as what is used now. Brings a mean that was
 * right `elapsedMs` ago up to date, given what was held since. Unit: that of the amounts. An exponential average has
 * m(t) = m(0)·d + held·(1 − d) with d = 2^(−t / half-life), however the time is cut into steps; the decay is that of Kay and
 * Lauder, "A Fair Share Scheduler" (CACM 31, 1988).
 */
export function meanUse(
  past: Amounts,
  held: Amounts,
  elapsedMs: number,
  halfLifeMs: number,
): Record<string, number> {
  const kept = 2 ** (-elapsedMs / halfLifeMs)
  const mean: Record<string, number> = {}
  for (const slot of new Set([...Object.keys(past), ...Object.keys(held)]))
    mean[slot] = (past[slot] ?? 0) * kept + (held[slot] ?? 0) * (1 - kept)
  return mean
}

/**
 * By what `fair-share` orders owners: the mean use that each will have one half-life from now, if it goes on with what it
 * holds. So the past counts half and the present half, and what somebody is given in a turn counts at once.
 */
export const projectedUse = (past: Amounts, held: Amounts): Record<string, number> =>
  meanUse(past, held, 1, 1)
