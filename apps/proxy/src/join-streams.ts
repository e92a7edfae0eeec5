import type { Duplex } from 'node:stream'

/** From here on both sides see each other's bytes, at each other's pace, and each other's end. */
export function joinStreams(a: Duplex, b: Duplex, head: Buffer): void {
  for (const [one, other] of [
    [a, b],
    [b, a],
  ] as const) {
    one.on('error', () => other.destroy())
    one.on('close', () => other.destroy())
  }
  if (head.length > 0) b.write(head)
  a.pipe(b)
  b.pipe(a)
}

/** Terminals wait for single characters: nothing is to be gathered. */
export function withoutDelay(socket: Duplex): void {
  if ('setNoDelay' in socket && typeof socket.setNoDelay === 'function') socket.setNoDelay(true)
}

export function refuse(socket: Duplex, status: string): void {
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
}
