import { get } from 'node:http'
import { pause } from '@capstan/runtime/retry'

/** What a program's `/readyz` says: undefined when it is ready, otherwise what it waits for. */
export function askReady(url: string): Promise<string | undefined> {
  return new Promise(resolve => {
    const request = get(url, { agent: false, timeout: 5000 }, response => {
      const parts: Buffer[] = []
      response.on('data', (part: Buffer) => parts.push(part))
      response.on('error', error => resolve(error.message))
      response.on('end', () => {
        const text = Buffer.concat(parts).toString()
        resolve(response.statusCode === 200 ? undefined : text)
      })
    })
    request.on('timeout', () => request.destroy(new Error('no answer within 5 seconds')))
    request.on('error', error => resolve(error.message))
  })
}

/** Waits until the program is ready. Answers false when `mostMs` have passed; rejects with its reason when the signal comes first. */
export async function waitUntilReady(
  url: string,
  { mostMs, signal }: { mostMs: number; signal: AbortSignal },
): Promise<boolean> {
  const end = performance.now() + mostMs
  while (performance.now() < end) {
    signal.throwIfAborted()
    if ((await askReady(url)) === undefined) return true
    await pause(25, signal)
  }
  signal.throwIfAborted()
  return false
}
