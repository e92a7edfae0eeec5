const headerBytes = 8

/** Takes an engine's multiplexed stream as it comes; calls with each whole piece and its channel (1 output, 2 error output). */
export function createDemultiplexer(
  onPiece: (channel: 1 | 2, data: Buffer) => void,
): (chunk: Buffer) => void {
  let rest: Buffer = Buffer.alloc(0)
  return chunk => {
    rest = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk
    while (rest.length >= headerBytes) {
      const end = headerBytes + rest.readUInt32BE(4)
      if (rest.length < end) return
      onPiece(rest[0] === 2 ? 2 : 1, rest.subarray(headerBytes, end))
      rest = rest.subarray(end)
    }
  }
}

/** The bytes of a multiplexed stream, both channels in the order in which they came. */
export async function* demultiplexed(
  chunks: AsyncIterable<Buffer> | Iterable<Buffer>,
): AsyncIterable<Buffer> {
  let pieces: Buffer[] = []
  const take = createDemultiplexer((_, data) => pieces.push(data))
  for await (const chunk of chunks) {
    take(chunk)
    yield* pieces
    pieces = []
  }
}
