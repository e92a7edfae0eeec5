import type { AgentView } from '../placement.ts'
import { isAccelerator } from './layout.ts'
import type { Eligibility } from './shapes.ts'

/** What rules an agent out whatever is free on it. */
export type RuledOut = 'designation' | 'architecture' | 'runtime' | 'image' | 'model'

export function whyRuledOut(
  { id, architecture, runtimes, images, devices }: AgentView,
  asked: Eligibility,
): RuledOut | undefined {
  if (asked.agentIds.length > 0 && !asked.agentIds.includes(id)) return 'designation'
  if (architecture !== asked.architecture) return 'architecture'
  if (asked.runtime !== '' && !runtimes.includes(asked.runtime)) return 'runtime'
  if (asked.imageId !== null && !images.has(asked.imageId)) return 'image'
  if (asked.deviceModels.length === 0) return undefined
  const models = devices.filter(one => isAccelerator(one.slot)).map(one => one.model ?? '')
  return models.every(model => asked.deviceModels.includes(model)) ? undefined : 'model'
}
