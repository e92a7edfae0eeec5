const utf8 = new TextEncoder()

/**
 * Pieces of text as a stream that makes each only when the reader has taken the one before, and none after the reader has
 * gone. The first is made here, so that a failure before anything was sent is answered as a failure.
 */
export async function streamOf(
  pieces: AsyncGenerator<string, void>,
): Promise<ReadableStream<Uint8Array>> {
  let next = await pieces.next()
  return new ReadableStream(
    {
      pull: async controller => {
        if (next.done === true) {
          controller.close()
          return
        }
        controller.enqueue(utf8.encode(next.value))
        next = await pieces.next()
      },
      cancel: async () => {
        await pieces.return()
      },
    },
    { highWaterMark: 0 },
  )
}
