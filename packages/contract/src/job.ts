import * as z from 'zod'
import { endpoint } from './endpoint.ts'
import { JobRequest } from './job-request.ts'
import { jobKinds } from './job-kinds.ts'
import { listOf, pageInput, pageOf, textFilter } from './paging.ts'
import { RowProblem } from './row-problem.ts'
import { jobSorts } from './sorts.ts'

export const jobStatuses = ['queued', 'running', 'done', 'failed', 'cancelled'] as const
export const JobStatus = z.enum(jobStatuses)
export type JobStatus = z.infer<typeof JobStatus>

/** Work on many things at once, done by the server. */
export const Job = z.object({
  id: z.uuid(),
  kind: z.enum(jobKinds),
  status: JobStatus,
  /** What is done to each: the changes that were asked for, without secrets. */
  changes: z.record(z.string(), z.unknown()),
  createdBy: z.string().describe('E-mail'),
  createdAt: z.iso.datetime(),
  startedAt: z.iso.datetime().nullable(),
  endedAt: z.iso.datetime().nullable(),
  totalCount: z.int(),
  doneCount: z.int(),
  /** Those that were as they should be already. */
  unchangedCount: z.int(),
  failedCount: z.int(),
  progress: z.number().describe('0 to 1; never falls'),
  /** Somebody gave it up: it ends after what it does just now. */
  isCancelling: z.boolean(),
  /** Initial passwords that were made up: whoever started it can have them, once. */
  passwords: z.enum(['none', 'ready', 'gone']),
  /** Why it failed as a whole. */
  failure: z.object({ code: z.string(), message: z.string() }).nullable(),
})
export type Job = z.infer<typeof Job>

export const itemStatuses = ['waiting', 'done', 'unchanged', 'failed', 'cancelled'] as const
export const ItemStatus = z.enum(itemStatuses)
export type ItemStatus = z.infer<typeof ItemStatus>

/** What became of one of the things. */
export const JobItem = z.object({
  number: z.int(),
  /** E-mail or access key. */
  name: z.string(),
  status: ItemStatus,
  reason: z.object({ code: z.string(), message: z.string() }).nullable(),
})
export type JobItem = z.infer<typeof JobItem>

/** The most problems that a preview names one by one. */
export const mostProblems = 5000

/** What a job would do. Nothing is written for it. */
export const JobPreview = z.object({
  /** How many it concerns, and of these how many it would change, and leave as they are. */
  count: z.int(),
  changeCount: z.int(),
  unchangedCount: z.int(),
  /** Some of those that it would change. */
  sample: z.array(z.string()),
  problemCount: z.int(),
  problems: z.array(RowProblem),
  /** What those it would change have, where that is at stake. */
  liveSessionCount: z.int(),
  activeKeypairCount: z.int(),
  notices: z.array(z.string()),
})
export type JobPreview = z.infer<typeof JobPreview>

/** A file of 10,000 people, with room. */
const bodyLimitBytes = 8 * 1024 * 1024

const errors = [
  'nothing_matches',
  'job_not_found',
  'policy_not_found',
  'project_not_found',
  'members_fixed',
] as const

const byId = z.strictObject({ id: z.uuid() })

const list = endpoint({
  method: 'GET',
  path: '/jobs',
  summary: 'List the jobs of your fellow administrators and your own, newest first',
  permission: 'job.read',
  input: z.strictObject({
    ...pageInput(jobSorts),
    kind: listOf(z.enum(jobKinds)).optional(),
    status: listOf(JobStatus).optional(),
    createdBy: textFilter,
  }),
  output: pageOf(Job),
  errors: [],
})

const show = endpoint({
  method: 'GET',
  path: '/jobs/:id',
  summary: 'Show one job',
  permission: 'job.read',
  input: byId,
  output: Job,
  errors: ['job_not_found'],
})

const listItems = endpoint({
  method: 'GET',
  path: '/jobs/:id/items',
  summary: 'List what became of each thing that a job is about',
  permission: 'job.read',
  input: z.strictObject({
    id: z.uuid(),
    ...pageInput(['number']),
    name: textFilter,
    status: listOf(ItemStatus).optional(),
  }),
  output: pageOf(JobItem),
  errors: ['job_not_found'],
})

const preview = endpoint({
  method: 'POST',
  path: '/jobs/preview',
  summary: 'Say what a job would do, and what stands against it, without doing anything',
  permission: 'job.create',
  bodyLimitBytes,
  changesNothing: true,
  input: JobRequest,
  output: JobPreview,
  errors,
})

const create = endpoint({
  method: 'POST',
  path: '/jobs',
  summary: 'Have something done to many, by the server',
  permission: 'job.create',
  bodyLimitBytes,
  input: JobRequest,
  output: Job,
  errors: [...errors, 'matches_changed', 'rows_refused'],
})

const cancel = endpoint({
  method: 'POST',
  path: '/jobs/:id/cancel',
  summary: 'Give a job up: what it has done stays, the rest is left',
  permission: 'job.create',
  input: byId,
  output: Job,
  errors: ['job_not_found'],
})

const passwords = endpoint({
  method: 'GET',
  path: '/jobs/:id/passwords',
  summary: 'The initial passwords that a job of yours made up, as a CSV file',
  permission: 'job.create',
  answers: 'file',
  input: byId,
  output: z.string(),
  errors: ['job_not_found', 'passwords_gone'],
})

const forgetPasswords = endpoint({
  method: 'POST',
  path: '/jobs/:id/passwords/forget',
  summary: 'Say that the passwords of a job have arrived: they are erased here',
  permission: 'job.create',
  input: byId,
  output: Job,
  errors: ['job_not_found'],
})

export const jobApi = {
  list,
  show,
  listItems,
  preview,
  create,
  cancel,
  passwords,
  forgetPasswords,
}
