/** Numbers from 0 (included) to 1 (not), always the same for a seed: Marsaglia's xorshift over 32 bits. */
export function randomOf(seed: number): () => number {
  let state = (seed * 2_654_435_761) >>> 0 || 1
  return () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    state >>>= 0
    return state / 2 ** 32
  }
}

/** A whole number below a limit. */
export const below = (random: () => number, limit: number): number => Math.floor(random() * limit)
