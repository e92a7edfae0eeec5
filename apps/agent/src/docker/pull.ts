import type Docker from 'dockerode'
import type { PullProgress } from '../driver.ts'

interface PullEvent {
  readonly id?: string
  readonly status?: string
  readonly progressDetail?: { readonly current?: number; readonly total?: number }
}

/** Progress is told no more often than this, in milliseconds: the engine has news of it a hundred times a second. */
const tellEveryMs = 500

/** Pulls an image. When the signal comes, the engine is hung up on, and gives the pull up. */
export async function pullImage(
  docker: Docker,
  reference: string,
  onProgress: (progress: PullProgress) => void,
  signal?: AbortSignal,
): Promise<void> {
  // Typed as the narrower interface, but it is a socket's stream.
  const stream = (await docker.pull(reference)) as NodeJS.ReadableStream & {
    destroy: (error?: Error) => void
  }
  const stop = (): void => stream.destroy(new Error('the pull was cancelled'))
  signal?.addEventListener('abort', stop, { once: true })
  const layers = new Map<string, { current: number; total: number }>()
  const sum = (key: 'current' | 'total'): number =>
    [...layers.values()].reduce((all, layer) => all + layer[key], 0)
  let toldAt = -Infinity
  const follow = ({ id, status, progressDetail }: PullEvent): void => {
    const { current = 0, total = 0 } = progressDetail ?? {}
    if (id !== undefined && total > 0) layers.set(id, { current, total })
    if (performance.now() - toldAt < tellEveryMs) return
    toldAt = performance.now()
    onProgress({ current: sum('current'), total: sum('total'), message: status ?? '' })
  }
  try {
    await new Promise<void>((resolve, reject) => {
      stream.once('error', reject)
      stream.once('close', () => reject(new Error('the engine broke the pull off')))
      docker.modem.followProgress(
        stream,
        (error: Error | null) => (error ? reject(error) : resolve()),
        follow,
      )
    })
  } finally {
    signal?.removeEventListener('abort', stop)
  }
}
