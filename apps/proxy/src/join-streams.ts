import { Socket } from 'node:net'
import type { Duplex } from 'node:stream'

/** How long the last words of a side that has gone may take to reach the other without any getting through, in milliseconds. */
const lingerMs = 30_000

/** From here on both sides see each other's bytes, at each other's pace, and each other's end. */
export function joinStreams(a: Duplex, b: Duplex, head: Buffer): void {
  if (head.length > 0) b.write(head)
  a.pipe(b)
  b.pipe(a)
  tie(a, b)
  tie(b, a)
}

/** Ends `other` when `one` has gone: at once when that broke off, otherwise once it has been given everything. */
function tie(one: Duplex, other: Duplex): void {
  one.on('error', () => one.destroy())
  one.once('close', () => {
    if (!one.readableEnded) return other.destroy()
    other.end()
    // Nobody listens to it any more, but its own end must still be seen.
    other.resume()
    if (other instanceof Socket) other.setTimeout(lingerMs, () => other.destroy())
    return undefined
  })
}

/** Terminals wait for single characters: nothing is to be gathered. A peer that has vanished is noticed, however quiet it was. */
export function prepareSocket(socket: Duplex): void {
  if (!(socket instanceof Socket)) return
  socket.setTimeout(0)
  socket.setNoDelay(true)
  socket.setKeepAlive(true, 30_000)
}

export function refuse(socket: Duplex, status: string): void {
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
}
