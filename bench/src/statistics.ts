/** The value below which a part (0 to 1) of the values lies. The list must not be empty. */
export function quantile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  const at = (sorted.length - 1) * part
  const low = sorted[Math.floor(at)]!
  const high = sorted[Math.ceil(at)]!
  return low + (high - low) * (at - Math.floor(at))
}

export const median = (values: readonly number[]): number => quantile(values, 0.5)

/** Two decimals are enough for a figure that people compare. */
export const rounded = (value: number): number => Math.round(value * 100) / 100
