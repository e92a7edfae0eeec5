import { sessionApi } from '@capstan/contract/session'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { call } from '../api/call.ts'

/** How much of a log the page holds; what is older can be downloaded. */
const mostCharacters = 2_000_000
const chunkBytes = 262_144
/** Between two looks where no event told of new text. */
const everyMs = 4000

export interface LogText {
  readonly text: string
  /** Byte offset of the first byte of `text`. */
  readonly offset: number
  readonly nextOffset: number
  readonly isComplete: boolean
}

async function readOnward(
  of: { id: string; kernelId: string | undefined },
  from: LogText | undefined,
  signal: AbortSignal,
): Promise<LogText> {
  let log = from
  for (;;) {
    const part = await call(
      sessionApi.log,
      { ...of, offset: log?.nextOffset ?? -chunkBytes, limitBytes: chunkBytes },
      { signal },
    )
    const text = (log?.text ?? '') + part.text
    const kept = text.slice(-mostCharacters)
    log = {
      text: kept,
      offset: kept.length < text.length || !log ? part.offset : log.offset,
      nextOffset: part.nextOffset,
      isComplete: part.isComplete,
    }
    if (part.isComplete || part.nextOffset - part.offset < chunkBytes / 2) return log
  }
}

/**
 * The end of the log of a session's container, by default of its main one, growing as it is written. Its key is the path's, so
 * that `log` events reach it.
 */
export function useSessionLog(id: string, kernelId?: string) {
  const queries = useQueryClient()
  const queryKey = [sessionApi.log.path, { id, kernelId }]
  return useQuery({
    queryKey,
    queryFn: ({ signal }) =>
      readOnward({ id, kernelId }, queries.getQueryData<LogText>(queryKey), signal),
    refetchInterval: ({ state }) => (state.data?.isComplete ? false : everyMs),
    structuralSharing: false,
  })
}

/** The whole log of a container from its first byte that is kept, as a file. */
export async function downloadLog(
  of: { id: string; kernelId: string | undefined },
  fileName: string,
): Promise<void> {
  const parts: string[] = []
  let offset = 0
  for (;;) {
    const part = await call(sessionApi.log, { ...of, offset, limitBytes: 1_048_576 })
    parts.push(part.text)
    if (part.nextOffset <= offset || part.text === '') break
    offset = part.nextOffset
  }
  const url = URL.createObjectURL(new Blob(parts, { type: 'text/plain' }))
  const link = document.createElement('a')
  link.href = url
  link.download = fileName
  link.click()
  URL.revokeObjectURL(url)
}
