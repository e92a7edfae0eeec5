/** Failures that cost nothing: people mistype. */
const freeFailures = 5

/** Longest wait after a failure, in seconds. */
const longestWaitS = 900

/**
 * Seconds to wait before another sign-in is looked at (ACC-01): none after up to five failures in a row, then
 * 2, 4, 8 … up to 15 minutes, counted from the last one.
 */
export function signInWaitS(
  failures: { count: number; lastAt: Date } | undefined,
  now: Date,
): number {
  if (!failures || failures.count < freeFailures) return 0
  const wait = Math.min(longestWaitS, 2 ** (failures.count - freeFailures + 1))
  const passed = (now.getTime() - failures.lastAt.getTime()) / 1000
  return Math.max(0, Math.ceil(wait - passed))
}
