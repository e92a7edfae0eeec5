import { PassThrough } from 'node:stream'
import type Docker from 'dockerode'

/** Runs a command inside a container to its end. Throws when it fails, with what it said. */
export async function exec(
  docker: Docker,
  containerId: string,
  command: readonly string[],
): Promise<{ output: string }> {
  const created = await docker
    .getContainer(containerId)
    .exec({ Cmd: [...command], AttachStdout: true, AttachStderr: true, User: '1000:1000' })
  const stream = await created.start({})
  const out = new PassThrough()
  const err = new PassThrough()
  const pieces: { out: Buffer[]; err: Buffer[] } = { out: [], err: [] }
  out.on('data', (piece: Buffer) => pieces.out.push(piece))
  err.on('data', (piece: Buffer) => pieces.err.push(piece))
  docker.modem.demuxStream(stream, out, err)
  await new Promise((resolve, reject) => {
    stream.on('end', resolve)
    stream.on('close', resolve)
    stream.on('error', reject)
  })
  const { ExitCode } = await created.inspect()
  if (ExitCode !== 0)
    throw new Error(
      `${command[0]} ended with ${ExitCode}: ${Buffer.concat(pieces.err).toString().slice(0, 500)}`,
    )
  return { output: Buffer.concat(pieces.out).toString() }
}

/** A small text file of a container; undefined where there is none. */
export async function readFile(
  docker: Docker,
  containerId: string,
  path: string,
): Promise<string | undefined> {
  return exec(docker, containerId, ['cat', path]).then(
    ({ output }) => output,
    () => undefined,
  )
}
