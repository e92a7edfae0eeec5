import { chooseDevices, type DeviceChoice } from './devices.ts'
import type { Fleet, Taken } from './fleet.ts'
import type { Part } from './shapes.ts'

/** What a kernel takes of an agent. */
export interface Holding {
  /** Which kernel of the demand. */
  readonly at: number
  readonly agent: number
  readonly taken: readonly Taken[]
}

/** Takes what the kernels of a part need and adds it to what is held, or nothing if they do not fit together. */
export function hold(
  fleet: Fleet,
  agent: number,
  { kernels }: Part,
  { choice, held }: { readonly choice: DeviceChoice; readonly held: Holding[] },
): boolean {
  const before = held.length
  for (const kernel of kernels) {
    if (!fleet.fits(agent, kernel.need)) {
      release(fleet, held.splice(before))
      return false
    }
    held.push(holdOne(fleet, agent, kernel, choice))
  }
  return true
}

/** Takes what a kernel needs of an agent on which it fits. */
export function holdOne(
  fleet: Fleet,
  agent: number,
  { at, need }: Part['kernels'][number],
  choice: DeviceChoice,
): Holding {
  const taken = chooseDevices(fleet, agent, need, choice)
  fleet.take(agent, taken)
  return { at, agent, taken }
}

export function release(fleet: Fleet, held: readonly Pick<Holding, 'agent' | 'taken'>[]): void {
  for (const { agent, taken } of held) fleet.give(agent, taken)
}
