import * as z from 'zod'
import { endpoint } from './endpoint.ts'
import { CreationRetries, RetriesToSkip, Scheduler } from './group.ts'

const values = {
  creationRetries: CreationRetries.describe('Failed starts after which a session is given up'),
  retriesToSkip: RetriesToSkip.describe(
    'Tries in vain after which a session lets those behind it go first',
  ),
}

/** What applies in the groups of a scheduler that say nothing of their own (OPS-04). */
export const SchedulerDefaults = z.object({ scheduler: Scheduler, ...values })
export type SchedulerDefaults = z.infer<typeof SchedulerDefaults>

const listDefaults = endpoint({
  method: 'GET',
  path: '/scheduler-defaults',
  summary: 'What each scheduler goes by where a resource group has no value of its own',
  permission: 'scheduler.read',
  input: z.strictObject({}),
  output: z.object({ items: z.array(SchedulerDefaults) }),
  errors: [],
})

const updateDefaults = endpoint({
  method: 'PATCH',
  path: '/scheduler-defaults/:scheduler',
  summary: 'Change the defaults of a scheduler, from the next round on; what is left out stays',
  permission: 'scheduler.update',
  input: z.strictObject({ scheduler: Scheduler, ...z.strictObject(values).partial().shape }),
  output: SchedulerDefaults,
  errors: [],
})

export const schedulerApi = { listDefaults, updateDefaults }
