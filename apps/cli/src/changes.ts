import { apiPrefix } from '@capstan/contract/endpoint'
import { ChangeEvent, eventsPath } from '@capstan/contract/event'
import { pause } from '@capstan/runtime/retry'
import { reach, signedHeaders } from './api.ts'
import type { Profile } from './profile.ts'

/** How long a follower rests when nothing is heard: a lost event costs no more than this. Milliseconds. */
const patienceMs = 2000

export interface Changes {
  /** Resolves when something of this id has changed since the last call, or after a short while. */
  readonly next: () => Promise<void>
  readonly stop: () => void
}

/** Listens to what changes of one id. Where events cannot be had, it is plain polling. */
export function followChanges(profile: Profile, id: string): Changes {
  const stopped = new AbortController()
  let heard = Promise.withResolvers<void>()
  const listen = async (): Promise<void> => {
    while (!stopped.signal.aborted) {
      await readEvents(profile, stopped.signal, event => {
        if (event.ids.length === 0 || event.ids.includes(id)) heard.resolve()
      }).catch(() => {})
      await pause(patienceMs, stopped.signal)
    }
  }
  void listen()
  return {
    next: async () => {
      const patience = new AbortController()
      await Promise.race([
        heard.promise,
        pause(patienceMs, AbortSignal.any([stopped.signal, patience.signal])),
      ])
      patience.abort()
      heard = Promise.withResolvers()
    },
    stop: () => stopped.abort(),
  }
}

async function readEvents(
  profile: Profile,
  signal: AbortSignal,
  onChange: (event: ChangeEvent) => void,
): Promise<void> {
  const target = apiPrefix + eventsPath
  const headers = signedHeaders(profile, { method: 'GET', target })
  const response = await reach(profile.endpoint + target, { headers, signal })
  if (!response.ok || !response.body) throw new Error(`events: ${response.status}`)
  let rest = ''
  for await (const text of response.body.pipeThrough(new TextDecoderStream())) {
    const blocks = (rest + text).split('\n\n')
    rest = blocks.pop() ?? ''
    for (const data of blocks.flatMap(block => /^data: ?(.*)$/m.exec(block)?.[1] ?? [])) {
      const event = ChangeEvent.safeParse(parseJson(data))
      if (event.success) onChange(event.data)
    }
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
