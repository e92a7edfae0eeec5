import type { Accelerators } from '../devices/accelerators.ts'
import { noGrant } from '../devices/grant.ts'

/** Of a node that has none: the part for agents that are played. */
export const noAccelerators: Accelerators = {
  devices: [],
  use: [],
  problems: [],
  watch: async () => {},
  grant: async () => noGrant,
  keep: async () => {},
}
