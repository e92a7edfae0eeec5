import { createClient } from '@capstan/contract/client'
import type { Endpoint } from '@capstan/contract/endpoint'
import type * as z from 'zod'

/** By answer: each is an object of its own, however many requests are on their way at once. */
const requestIds = new WeakMap<object, string>()

/** Calls the manager that served this page; the session cookie rides along. */
export const call = createClient({
  baseUrl: '',
  onAnswer: (answer, requestId) => requestIds.set(answer, requestId),
})

/** The request that an answer of `call` is the answer to. */
export const requestIdOf = (answer: object): string | undefined => requestIds.get(answer)

/** Key and function of the query for any GET in the contract. The key starts with the path, so invalidating a path reaches every page of it. */
export const query = <I extends z.ZodType, O extends z.ZodType>(
  endpoint: Endpoint<I, O>,
  input: z.input<I>,
) => ({
  queryKey: [endpoint.path, input] as const,
  queryFn: ({ signal }: { signal: AbortSignal }) => call(endpoint, input, { signal }),
})
