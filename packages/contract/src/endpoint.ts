import type * as z from 'zod'
import type { ErrorCode } from './errors.ts'
import type { Permission } from './permission.ts'

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

/** One HTTP operation as plain data. The route, the client call, the OpenAPI entry and the generated tests are derived from it. */
export interface Endpoint<
  I extends z.ZodType = z.ZodType,
  O extends z.ZodType = z.ZodType,
  E extends ErrorCode = ErrorCode,
> {
  readonly method: Method
  /** `:name` segments are taken from the input; what is left goes in the query (GET, DELETE) or the JSON body. */
  readonly path: `/${string}`
  readonly summary: string
  readonly permission: Permission
  /** A strict object: unknown fields are refused. */
  readonly input: I
  readonly output: O
  /** The largest body, in bytes, where a megabyte is not enough. */
  readonly bodyLimitBytes?: number
  /** The answer is a file that is streamed, not JSON; `output` is its text. */
  readonly answers?: 'file'
  /** Whatever its method says, it only looks: it is not an operation for the log. */
  readonly changesNothing?: true
  /** Codes this operation adds to the ones every operation can answer. */
  readonly errors: readonly E[]
}

export function endpoint<I extends z.ZodType, O extends z.ZodType, const E extends ErrorCode>(
  e: Endpoint<I, O, E>,
): Endpoint<I, O, E> {
  return e
}

/** Everything hangs under this prefix. */
export const apiPrefix = '/api/v1'

export const hasBody = (e: Pick<Endpoint, 'method'>): boolean =>
  e.method !== 'GET' && e.method !== 'DELETE'

/** Names of the `:segments` of a path, in order. */
export const pathParams = (path: string): string[] =>
  [...path.matchAll(/:(\w+)/g)].map(match => match[1]!)
