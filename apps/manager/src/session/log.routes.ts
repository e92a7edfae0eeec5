import { AppError } from '@capstan/contract/errors'
import { sessionApi } from '@capstan/contract/session'
import { isEnded } from '@capstan/core/session'
import type { HttpApp } from '@capstan/runtime/http'
import type * as z from 'zod'
import type { App } from '../app.ts'
import { type Actor, person } from '../http/actor.ts'
import { mount } from '../http/mount.ts'
import { listKernels, listUsage } from './kernel.store.ts'
import { logSpan, readLog } from './log.store.ts'
import * as sessions from './session.store.ts'

export function logRoutes(http: HttpApp, app: App): void {
  mount(http, app, sessionApi.log, log)
  mount(http, app, sessionApi.usage, usage)
}

async function log(
  app: App,
  actor: Actor,
  { id, kernelId, offset, limitBytes }: z.output<typeof sessionApi.log.input>,
): Promise<z.input<typeof sessionApi.log.output>> {
  const session = await sessions.find(app.db, person(actor).scope, id)
  if (!session) throw new AppError('session_not_found')
  const kernels = await listKernels(app.db, id)
  const kernel = kernelId === undefined ? kernels[0] : kernels.find(row => row.id === kernelId)
  if (!kernel)
    throw new AppError('kernel_not_found', {
      detail: 'It has not been placed yet, or is another’s',
    })
  const span = await logSpan(app.db, kernel.id)
  const from = offset < 0 ? Math.max(span.beginsAt, span.endsAt + offset) : offset
  const read = await readLog(app.db, kernel.id, { offset: from, limitBytes })
  const isLast = read.offset + read.data.length >= span.endsAt
  const isComplete =
    isLast && (kernel.isLogComplete || (isEnded(kernel.status) && isEnded(session.status)))
  const whole = isComplete ? read.data : wholeCharacters(read.data)
  return {
    kernelId: kernel.id,
    text: whole.toString('utf8'),
    offset: read.offset,
    nextOffset: read.offset + whole.length,
    isComplete,
  }
}

/** The bytes up to the last complete UTF-8 sequence. */
function wholeCharacters(data: Buffer): Buffer {
  for (let back = 1; back <= Math.min(4, data.length); back++) {
    const byte = data[data.length - back]!
    if (byte < 0x80) return data
    if (byte >= 0xc0) {
      const size = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2
      return size > back ? data.subarray(0, data.length - back) : data
    }
  }
  return data
}

async function usage(
  app: App,
  actor: Actor,
  { id, sinceS }: z.output<typeof sessionApi.usage.input>,
): Promise<z.input<typeof sessionApi.usage.output>> {
  const session = await sessions.find(app.db, person(actor).scope, id)
  if (!session) throw new AppError('session_not_found')
  const kernels = await listKernels(app.db, id)
  if (kernels.length === 0) return { kernels: [] }
  const since = new Date(app.now().getTime() - sinceS * 1000)
  const rows = await listUsage(
    app.db,
    kernels.map(kernel => kernel.id),
    since,
  )
  const samples = Map.groupBy(rows, row => row.kernelId)
  return {
    kernels: kernels.map(kernel => ({
      kernelId: kernel.id,
      hostname: kernel.hostname,
      cpuMilliLimit: session.amounts['cpu'] ?? 0,
      memBytesLimit: session.amounts['mem'] ?? 0,
      samples: (samples.get(kernel.id) ?? []).map(({ at, kernelId: _, ...use }) => ({
        at: at.toISOString(),
        ...use,
      })),
    })),
  }
}
