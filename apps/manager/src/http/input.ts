import type { IncomingMessage } from 'node:http'
import { hasBody, type Endpoint, pathParams } from '@capstan/contract/endpoint'
import { AppError, type Issue } from '@capstan/contract/errors'
import type { HttpEnv } from '@capstan/runtime/http'
import type { Context } from 'hono'
import type * as z from 'zod'

/** Largest request body, in bytes: a log piece of an agent, with room. */
export const bodyLimitBytes = 1024 * 1024

/** An agent's report names all it has: larger, but still bounded. */
export const syncBodyLimitBytes = 8 * 1024 * 1024

/** The input of an endpoint from path, query and body, by its schema. Throws `invalid_input` with every field that is wrong. */
export async function readInput<I extends z.ZodType>(
  endpoint: Endpoint<I>,
  context: Context<HttpEnv>,
): Promise<z.output<I>> {
  const params = Object.fromEntries(
    pathParams(endpoint.path).map(name => [name, decoded(context, name)]),
  )
  const rest = hasBody(endpoint) ? await readBody(endpoint, context) : context.req.query()
  refuseDoubled(context)
  return parseInput(endpoint, { ...rest, ...params })
}

/** The same for an input that is there already. */
export function parseInput<I extends z.ZodType>(
  endpoint: Endpoint<I>,
  given: unknown,
): z.output<I> {
  const parsed = endpoint.input.safeParse(given)
  if (parsed.success) return parsed.data
  throw new AppError('invalid_input', {
    issues: issuesOf(parsed.error),
    detail: summary(issuesOf(parsed.error)),
  })
}

export const issuesOf = (error: z.ZodError): Issue[] =>
  error.issues.flatMap(issue =>
    issue.code === 'unrecognized_keys'
      ? issue.keys.map(key => ({ path: [...issue.path, key].join('.'), message: 'no such field' }))
      : [{ path: issue.path.join('.'), message: issue.message }],
  )

const summary = (issues: readonly Issue[]): string =>
  issues
    .slice(0, 5)
    .map(issue => `${issue.path === '' ? 'request' : issue.path}: ${issue.message}`)
    .join('; ')

function decoded(context: Context, name: string): string {
  const value = context.req.param(name) ?? ''
  if (value.includes('\0')) throw refused(name, 'must not hold a NUL character')
  return value
}

const refused = (path: string, message: string): AppError =>
  new AppError('invalid_input', {
    issues: [{ path, message }],
    detail: `${path === '' ? 'request' : path}: ${message}`,
  })

/** A parameter given twice is a mistake or a trick: which one counts must not depend on who reads it. */
function refuseDoubled(context: Context): void {
  for (const [name, values] of Object.entries(context.req.queries()))
    if (values.length > 1) throw refused(name, 'given more than once')
    else if (values.some(value => value.includes('\0')))
      throw refused(name, 'must not hold a NUL character')
}

async function readBody(
  endpoint: Endpoint,
  context: Context<HttpEnv>,
): Promise<Record<string, unknown>> {
  const usual = endpoint.permission === 'agent.sync' ? syncBodyLimitBytes : bodyLimitBytes
  const limit = endpoint.bodyLimitBytes ?? usual
  const bytes = await readBytes(context, limit)
  if (bytes.length === 0) return {}
  const type = context.req.header('content-type') ?? ''
  if (!/^application\/json\s*(;|$)/i.test(type))
    throw refused('', 'the body must be application/json')
  const text = readUtf8(bytes)
  const body = parse(text)
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw refused('', 'the body must be a JSON object')
  // A parsed JSON object has string keys and unknown values.
  const fields = body as Record<string, unknown>
  // Without escapes text in UTF-8 holds nothing that cannot be stored: to look at every piece of a large report costs much.
  if (text.includes('\\u') || isNestedDeeper(fields, deepest)) refuseUnstorable(fields, [])
  const doubled = pathParams(endpoint.path).find(name => Object.hasOwn(fields, name))
  if (doubled !== undefined) throw refused(doubled, 'stands in the path, not in the body')
  return fields
}

/** How deep a body may nest: far beyond what any schema asks for. */
const deepest = 32

const isNestedDeeper = (value: unknown, levels: number): boolean =>
  typeof value === 'object' &&
  value !== null &&
  (levels === 0 || Object.values(value).some(inner => isNestedDeeper(inner, levels - 1)))

/** No text that the database cannot hold: NUL characters and halves of surrogate pairs. Names the field. */
function refuseUnstorable(value: unknown, path: readonly (string | number)[]): void {
  if (path.length > deepest) throw refused(path.slice(0, 3).join('.'), 'nested too deeply')
  if (typeof value === 'string') {
    if (value.includes('\0')) throw refused(path.join('.'), 'must not hold a NUL character')
    if (!value.isWellFormed()) throw refused(path.join('.'), 'is not well-formed Unicode')
  } else if (typeof value === 'object' && value !== null)
    for (const [key, inner] of Object.entries(value)) {
      if (key.includes('\0') || !key.isWellFormed())
        throw refused(path.join('.'), 'has a field name that is not well-formed')
      refuseUnstorable(inner, [...path, key])
    }
}

async function readBytes(context: Context<HttpEnv>, limit: number): Promise<Buffer> {
  const stated = Number(context.req.header('content-length') ?? 0)
  if (stated > limit) throw tooLarge(limit)
  // Without a socket there are no bindings either, whatever the types say.
  const incoming = context.env?.incoming as IncomingMessage | undefined
  return incoming ? readIncoming(incoming, limit) : readStream(context.req.raw.body, limit)
}

const tooLarge = (limit: number): AppError =>
  new AppError('payload_too_large', { detail: `at most ${limit} bytes` })

/** As it comes from the socket: to make a web stream of it costs more than all else that is done with a small body. */
const readIncoming = (incoming: IncomingMessage, limit: number): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    const pieces: Buffer[] = []
    let size = 0
    incoming.on('data', (piece: Buffer) => {
      size += piece.length
      if (size > limit) reject(tooLarge(limit))
      else pieces.push(piece)
    })
    // Nobody hears that: who asked is gone.
    const cutOff = (): void =>
      reject(new AppError('invalid_input', { detail: 'the request was cut off' }))
    if (incoming.destroyed) cutOff()
    incoming.once('end', () => {
      incoming.off('close', cutOff)
      resolve(Buffer.concat(pieces))
    })
    incoming.once('error', cutOff)
    incoming.once('close', cutOff)
  })

async function readStream(
  stream: ReadableStream<Uint8Array> | null,
  limit: number,
): Promise<Buffer> {
  if (!stream) return Buffer.alloc(0)
  const pieces: Uint8Array[] = []
  let size = 0
  for await (const piece of stream) {
    size += piece.length
    if (size > limit) throw tooLarge(limit)
    pieces.push(piece)
  }
  return Buffer.concat(pieces)
}

const utf8 = new TextDecoder('utf-8', { fatal: true })

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw refused(
      '',
      `not JSON: ${error instanceof Error ? error.message.slice(0, 120) : 'unreadable'}`,
    )
  }
}

function readUtf8(bytes: Buffer): string {
  try {
    return utf8.decode(bytes)
  } catch {
    throw refused('', 'the body is not UTF-8')
  }
}
