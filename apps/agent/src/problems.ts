import type { NodeProblem, NodeUsage } from '@capstan/contract/agent'
import type * as z from 'zod'
import type { Driver } from './driver.ts'

type Problem = z.input<typeof NodeProblem>

/** Signed requests tolerate 15 minutes; samples and logs of a node whose clock is off mislead long before. Milliseconds. */
const clockToleranceMs = 5000

/** Part of the disk beyond which a node may stop working soon. */
const diskFull = 0.9

/** What of a node someone should look at. */
export function problemsOf({
  usage,
  clockOffsetMs,
  drivers,
}: {
  usage: NodeUsage
  clockOffsetMs: number
  drivers: ReadonlyMap<Driver, string>
}): Problem[] {
  const problems: Problem[] = [...drivers].map(([driver, message]) => ({
    code: 'engine_gone',
    message:
      `${driver.name === 'docker' ? 'The container engine' : 'The sandbox'} does not answer: ${message}`.slice(
        0,
        900,
      ),
  }))
  const share = usage.diskBytes / usage.diskCapacityBytes
  if (share > diskFull)
    problems.push({
      code: 'disk_nearly_full',
      message: `The disk is ${Math.floor(share * 100)} % full`,
    })
  if (Math.abs(clockOffsetMs) > clockToleranceMs)
    problems.push({
      code: 'clock_off',
      message: `The clock is ${Math.round(Math.abs(clockOffsetMs) / 1000)} s ${clockOffsetMs > 0 ? 'ahead of' : 'behind'} the manager’s`,
    })
  return problems
}
