import type { DeviceChoice } from './devices.ts'
import type { Fleet } from './fleet.ts'
import { hold, type Holding } from './holding.ts'
import type { WillDo } from './reservations.ts'
import type { Shape } from './shapes.ts'

/**
 * Whether all kernels of a shape have room at the same time on agents on which nothing runs. Exact where kernels are alike.
 * `emptied` is as it was when this ends.
 */
export function fitsEmptied(
  emptied: Fleet,
  shape: Shape,
  choice: DeviceChoice,
  willDo: WillDo,
): boolean {
  const isSingle = shape.kernels.length === 1
  const fleet = isSingle ? emptied : emptied.copy()
  const held: Holding[] = []
  return shape.parts.every(
    part =>
      !part.need.isImpossible &&
      fleet.agents.some(
        (_, agent) =>
          willDo(shape, agent) &&
          (isSingle ? fleet.fits(agent, part.need) : hold(fleet, agent, part, { choice, held })),
      ),
  )
}
