import * as z from 'zod'
import { apiPrefix, type Endpoint, hasBody, type Method } from './endpoint.ts'
import { AppError, errorCatalog, type ErrorCode } from './errors.ts'

export interface ClientOptions {
  /** Origin of the manager, without the API prefix: `http://127.0.0.1:8080`. Empty in the browser. */
  readonly baseUrl: string
  /** Headers of each request; `target` is the path with query as it is sent. */
  readonly headers?: (request: {
    method: Method
    target: string
  }) => Record<string, string> | Promise<Record<string, string>>
  /** Hears of each answer with the id of the request that it answers. */
  readonly onAnswer?: (answer: object, requestId: string) => void
  readonly fetch?: Send
}

/** What of a `Response` is read here. */
export interface Answer extends Pick<Response, 'ok' | 'status' | 'json' | 'text'> {
  readonly headers: Pick<Headers, 'get'>
}

/** `fetch`, or what stands in for it. */
export type Send = (url: string, init: RequestInit) => Promise<Answer>

export interface CallOptions {
  readonly signal?: AbortSignal
}

export type Call = <I extends z.ZodType, O extends z.ZodType>(
  endpoint: Endpoint<I, O>,
  input: z.input<I>,
  options?: CallOptions,
) => Promise<z.output<O>>

/** The path with query, and the body, that stand for an input. */
export function toRequest(
  endpoint: Pick<Endpoint, 'method' | 'path'>,
  input: unknown,
): { target: string; body: string | null } {
  const rest: Record<string, unknown> = { ...(input as Record<string, unknown>) }
  const path = endpoint.path.replace(/:(\w+)/g, (_, name: string) => {
    const value = encodeURIComponent(String(rest[name]))
    delete rest[name]
    return value
  })
  if (hasBody(endpoint)) return { target: apiPrefix + path, body: JSON.stringify(rest) }
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(
    rest as Record<string, string | number | boolean | null | undefined | string[]>,
  ))
    if (value !== undefined && value !== null)
      query.set(name, Array.isArray(value) ? value.join(',') : String(value))
  const search = query.size > 0 ? `?${query.toString()}` : ''
  return { target: apiPrefix + path + search, body: null }
}

const ProblemBody = z.object({
  code: z.string(),
  detail: z.string().optional(),
  requestId: z.string().optional(),
  issues: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
})

async function toError(response: Answer): Promise<AppError> {
  const problem = ProblemBody.safeParse(await response.json().catch(() => undefined))
  if (!problem.success || !(problem.data.code in errorCatalog))
    return new AppError('internal', { detail: `The server answered ${response.status}` })
  const { code, detail, requestId, issues } = problem.data
  const retryAfter = Number(response.headers.get('retry-after'))
  return new AppError(code as ErrorCode, {
    ...(detail !== undefined && { detail }),
    ...(requestId !== undefined && { requestId }),
    ...(issues && { issues }),
    ...(retryAfter > 0 && { retryAfterS: retryAfter }),
  })
}

/** One `call` for console, CLI, agents and tests: typed input, parsed output, `AppError` when the server refuses. */
export function createClient({
  baseUrl,
  headers,
  onAnswer,
  fetch: send = fetch,
}: ClientOptions): Call {
  return async (endpoint, input, { signal } = {}) => {
    const { target, body } = toRequest(endpoint, input)
    const response = await send(baseUrl + target, {
      method: endpoint.method,
      headers: {
        ...(body !== null && { 'content-type': 'application/json' }),
        ...(await headers?.({ method: endpoint.method, target })),
      },
      ...(body !== null && { body }),
      ...(signal && { signal }),
    })
    if (!response.ok) throw await toError(response)
    const answer: unknown =
      endpoint.answers === 'file' ? await response.text() : await response.json()
    const output = endpoint.output.parse(answer)
    const requestId = response.headers.get('x-request-id')
    if (typeof output === 'object' && output !== null && requestId !== null)
      onAnswer?.(output, requestId)
    return output
  }
}
