const headerBytes = 8

/** The bytes of an engine's multiplexed stream, both channels in the order in which they came. */
export async function* demultiplexed(
  chunks: AsyncIterable<Buffer> | Iterable<Buffer>,
): AsyncIterable<Buffer> {
  let rest: Buffer = Buffer.alloc(0)
  for await (const chunk of chunks) {
    rest = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk
    while (rest.length >= headerBytes) {
      const end = headerBytes + rest.readUInt32BE(4)
      if (rest.length < end) break
      yield rest.subarray(headerBytes, end)
      rest = rest.subarray(end)
    }
  }
}
