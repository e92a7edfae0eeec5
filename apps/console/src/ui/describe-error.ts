import { AppError } from '@capstan/contract/errors'
import type { Format } from '../words/format.ts'
import type { Words } from '../words/en.ts'

export interface Described {
  readonly title: string
  readonly detail: string | undefined
  readonly requestId: string | undefined
}

/** A failure in words: what happened, and what is known of why and what to do. */
export function describeError(error: unknown, w: Words, f: Format): Described {
  if (error instanceof AppError) {
    const { detail, requestId, retryAfterS } = error.options
    const retry = retryAfterS === undefined ? '' : w.error.retryIn(f.duration(retryAfterS))
    const issues = error.issues.map(({ path, message }) => (path ? `${path}: ${message}` : message))
    // The server sums issues up in the detail for those who read no more than that.
    const said = issues.some(issue => detail?.includes(issue)) ? undefined : detail
    const more = [said, ...issues, retry].filter(Boolean).join('\n')
    return { title: w.errors[error.code], detail: more || undefined, requestId }
  }
  // `fetch` rejects with a TypeError when no answer came at all.
  if (error instanceof TypeError)
    return { title: w.error.offline, detail: w.error.offlineHelp, requestId: undefined }
  const detail = error instanceof Error ? error.message : String(error)
  return { title: w.error.unexpected, detail, requestId: undefined }
}
