import { setTimeout as sleep } from 'node:timers/promises'

/** Wait before try number `attempt` (from 1), in milliseconds: doubling from `firstMs`, at most `mostMs`, half of it by chance. */
export function backoffMs(
  attempt: number,
  firstMs: number,
  mostMs: number,
  random: () => number = Math.random,
): number {
  const full = Math.min(mostMs, firstMs * 2 ** Math.min(attempt - 1, 30))
  return full / 2 + (full / 2) * random()
}

/** Waits, unless the signal comes first; never throws. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => {})
}
