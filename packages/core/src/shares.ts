import { type Amounts, describeAmount, describeSlot } from './slots.ts'

/** For each slot of shares, the steps in which devices are given out: parts of a device that go into 1000 without rest. */
export type ShareSteps = Readonly<Record<string, readonly number[]>>

/**
 * A request raised to what is given out: each share to the next multiple of all steps of its slot, and told so. A part of a
 * device stays within one, since all steps go into it.
 */
export function raiseToSteps(
  request: Amounts,
  steps: ShareSteps,
): { amounts: Amounts; notices: string[] } {
  const amounts: Record<string, number> = { ...request }
  const notices: string[] = []
  for (const [slot, of] of Object.entries(steps)) {
    const asked = request[slot] ?? 0
    const step = of.reduce(leastCommonMultiple, 1)
    const given = Math.ceil(asked / step) * step
    if (given === asked) continue
    amounts[slot] = given
    notices.push(
      `${describeSlot(slot)} raised from ${describeAmount(slot, asked)} to ${describeAmount(slot, given)}: shares are given in steps of ${describeAmount(slot, step)}`,
    )
  }
  return { amounts, notices }
}

const greatestCommonDivisor = (a: number, b: number): number =>
  b === 0 ? a : greatestCommonDivisor(b, a % b)

const leastCommonMultiple = (a: number, b: number): number => (a / greatestCommonDivisor(a, b)) * b
