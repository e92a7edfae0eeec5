import * as z from 'zod'
import { endpoint } from './endpoint.ts'
import { listOf, pageInput, pageOf, textFilter } from './paging.ts'
import { operationSorts } from './sorts.ts'

/** One thing that somebody did or tried to do, as the log tells it. */
export const Operation = z.object({
  id: z.uuid(),
  at: z.iso.datetime(),
  requestId: z.string(),
  actorId: z.string().nullable(),
  actorName: z.string(),
  /** Network address that it came from. */
  source: z.string(),
  /** `user.update`: the endpoint's noun and verb. */
  operation: z.string(),
  target: z.string(),
  targetId: z.string().nullable(),
  /** Only what was changed; null where there was or is nothing. */
  before: z.record(z.string(), z.unknown()).nullable(),
  after: z.record(z.string(), z.unknown()).nullable(),
  /** Why it failed; null when it was done. */
  error: z
    .object({
      code: z.string(),
      detail: z.string().nullable(),
      issues: z.array(z.object({ path: z.string(), message: z.string() })),
    })
    .nullable(),
  /** It failed, and can be asked for again as it was. */
  isRetryable: z.boolean(),
  /** The operation that this one undid, and the one that undid this one. */
  undoes: z.uuid().nullable(),
  undoneBy: z.uuid().nullable(),
})
export type Operation = z.infer<typeof Operation>

export const operationOutcomes = ['done', 'failed'] as const

const list = endpoint({
  method: 'GET',
  path: '/operations',
  summary: 'List what you did; for administrators, what was done in what they administer',
  permission: 'self',
  input: z.strictObject({
    ...pageInput(operationSorts),
    actorName: textFilter,
    target: textFilter,
    noun: listOf(z.string().max(64)).optional().describe('Kinds of thing: `user`, `keypair`'),
    outcome: z.enum(operationOutcomes).optional(),
    requestId: z.string().max(64).optional(),
    since: z.iso.datetime().optional().describe('At this time or later'),
    until: z.iso.datetime().optional().describe('Before this time'),
    isMine: z.stringbool().or(z.boolean()).optional(),
  }),
  output: pageOf(Operation),
  errors: [],
})

const show = endpoint({
  method: 'GET',
  path: '/operations/:id',
  summary: 'Show one operation',
  permission: 'self',
  input: z.strictObject({ id: z.uuid() }),
  output: Operation,
  errors: ['operation_not_found'],
})

const undo = endpoint({
  method: 'POST',
  path: '/operations/:id/undo',
  // What it asks for is told by itself.
  changesNothing: true,
  summary: 'Undo an operation by the opposite one, under the same rules',
  permission: 'self',
  input: z.strictObject({ id: z.uuid() }),
  output: Operation,
  errors: ['operation_not_found', 'not_reversible', 'changed_since'],
})

const retry = endpoint({
  method: 'POST',
  path: '/operations/:id/retry',
  // What it asks for is told by itself.
  changesNothing: true,
  summary: 'Ask again for an operation that failed, as it was asked for',
  permission: 'self',
  input: z.strictObject({ id: z.uuid() }),
  output: z.object({}),
  errors: ['operation_not_found', 'not_retryable'],
})

const retention = endpoint({
  method: 'GET',
  path: '/operation-retention',
  summary: 'How long operations are kept in the log',
  permission: 'system.read',
  input: z.strictObject({}),
  output: z.object({
    days: z.int(),
    /** Of the oldest that is kept. */
    oldestAt: z.iso.datetime().nullable(),
  }),
  errors: [],
})

export const operationApi = { list, show, undo, retry, retention }
