import { api } from '@capstan/contract/api'
import type { Call } from '@capstan/contract/client'
import { runJobs } from '@capstan/manager/job/job.loop'
import type { App } from '@capstan/manager/app'
import type { Figures } from '../main.ts'
import { rounded } from '../statistics.ts'

const rows = 10_000

/** How long a file of 10,000 new people takes to be looked through, begun and made, each with a password; and a file of all people. */
export async function filesOf(call: Call, app: App): Promise<Figures> {
  const people = Array.from({ length: rows }, (_, n) => `new${n}@uni.test,new-${n},New Person ${n}`)
  const csv = ['email,name,full_name', ...people].join('\r\n')
  const request = { kind: 'user.create', source: { from: 'csv', csv }, defaults: {} } as const
  const preview = await timed(() => call(api.job.preview, request))
  if (preview.answer.changeCount !== rows) throw new Error('the file is not taken whole')
  const begun = await timed(() => call(api.job.create, request))
  const made = await timed(() => runJobs(app, new AbortController().signal))
  const job = await call(api.job.show, { id: begun.answer.id })
  if (job.status !== 'done' || job.doneCount !== rows)
    throw new Error(`the job is ${job.status} after ${job.doneCount}`)
  const saved = await timed(() => call(api.export.user, {}))
  const lines = saved.answer.split('\n').length - 2
  return {
    csvPreviewMs: rounded(preview.ms),
    csvBeginMs: rounded(begun.ms),
    csvUsersPerS: rounded(rows / (made.ms / 1000)),
    exportRowsPerS: rounded(lines / (saved.ms / 1000)),
  }
}

async function timed<T>(work: () => Promise<T>): Promise<{ answer: T; ms: number }> {
  const begin = performance.now()
  const answer = await work()
  return { answer, ms: performance.now() - begin }
}
