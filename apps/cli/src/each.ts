import { describeFailure, say } from './output.ts'

/** Does the same for each, one after the other. One that fails is told, does not keep the others, and ends the command with 1. */
export async function eachOf<T>(
  items: readonly T[],
  work: (item: T) => Promise<void>,
): Promise<void> {
  for (const item of items)
    await work(item).catch((error: unknown) => {
      say(`capstan: ${describeFailure(error)}`)
      process.exitCode = 1
    })
}
