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
  for (const { at, need } of kernels) {
    if (!fleet.fits(agent, need)) {
      release(fleet, held.splice(before))
      return false
    }
    const taken = chooseDevices(fleet, agent, need, choice)
    fleet.take(agent, taken)
    held.push({ at, agent, taken })
  }
  return true
}

export function release(fleet: Fleet, held: readonly Pick<Holding, 'agent' | 'taken'>[]): void {
  for (const { agent, taken } of held) fleet.give(agent, taken)
}
