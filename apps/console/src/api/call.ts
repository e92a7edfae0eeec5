import { createClient } from '@capstan/contract/client'
import type { Endpoint } from '@capstan/contract/endpoint'
import type * as z from 'zod'

/** Calls the manager that served this page; the session cookie rides along. */
export const call = createClient({ baseUrl: '' })

/** Key and function of the query for any GET in the contract. The key starts with the path, so invalidating a path reaches every page of it. */
export const query = <I extends z.ZodType, O extends z.ZodType>(
  endpoint: Endpoint<I, O>,
  input: z.input<I>,
) => ({
  queryKey: [endpoint.path, input] as const,
  queryFn: ({ signal }: { signal: AbortSignal }) => call(endpoint, input, { signal }),
})
