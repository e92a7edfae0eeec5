import type Docker from 'dockerode'
import { pause } from '@capstan/runtime/retry'
import { labels } from './container-options.ts'

interface EngineEvent {
  readonly Action: string
  readonly Actor: { readonly Attributes: Readonly<Record<string, string>> }
}

/** Follows the engine's events about this agent's containers until the signal; an engine that is away is asked again. */
export async function watchEvents(
  docker: Docker,
  agentId: string,
  onChange: (kernelId: string, outOfMemory: boolean) => void,
  signal: AbortSignal,
): Promise<void> {
  const filters: NonNullable<Docker.GetEventsOptions['filters']> = {
    type: ['container'],
    event: ['die', 'oom', 'destroy'],
    label: [`${labels.agent}=${agentId}`],
  }
  while (!signal.aborted) {
    try {
      // Typed as the narrower interface, but it is a socket's stream.
      const stream = (await docker.getEvents({ filters })) as NodeJS.ReadableStream & {
        destroy: () => void
      }
      const stop = (): void => stream.destroy()
      signal.addEventListener('abort', stop, { once: true })
      for await (const line of lines(stream)) {
        const { Action, Actor } = JSON.parse(line) as EngineEvent
        const kernelId = Actor.Attributes[labels.kernel]
        if (kernelId !== undefined) onChange(kernelId, Action === 'oom')
      }
      signal.removeEventListener('abort', stop)
    } catch {
      // Away: the regular look at all containers tells it, with the reason.
    }
    await pause(500, signal)
  }
}

async function* lines(stream: NodeJS.ReadableStream): AsyncIterable<string> {
  let rest = ''
  for await (const chunk of stream) {
    const parts = (rest + String(chunk)).split('\n')
    rest = parts.pop() ?? ''
    yield* parts.filter(Boolean)
  }
}
