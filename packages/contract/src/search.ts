import * as z from 'zod'
import { endpoint } from './endpoint.ts'
import { listOf } from './paging.ts'
import { line } from './text.ts'

/** What can be found by name, named as in the API. */
export const searchKinds = [
  'session',
  'service',
  'user',
  'keypair',
  'project',
  'domain',
  'keypairPolicy',
  'userPolicy',
  'projectPolicy',
  'group',
  'image',
  'agent',
] as const
export const SearchKind = z.enum(searchKinds)
export type SearchKind = z.infer<typeof SearchKind>

/** How well the text fits: it is the whole name, its beginning, or a part of it. Best first. */
export const searchMatches = ['exact', 'prefix', 'part'] as const

export const SearchHit = z.object({
  kind: SearchKind,
  /** What the thing is opened with: an id, or the name where that is what it is known by. */
  id: z.string(),
  name: z.string(),
  /** What tells it from others of its name: of a user the names, of a keypair the e-mail; may be empty. */
  detail: z.string(),
  /** False of what is deactivated, ended or lost. */
  isActive: z.boolean(),
  match: z.enum(searchMatches),
})
export type SearchHit = z.infer<typeof SearchHit>

const find = endpoint({
  method: 'GET',
  path: '/search',
  summary:
    'Find what has a text in its name, among all that the caller may see. A text of one or two letters is looked for at the beginning of names only, an access key always',
  permission: 'self',
  input: z.strictObject({
    q: line(200).trim().min(1, 'at least 1 character'),
    kinds: listOf(SearchKind).optional(),
    limit: z.coerce
      .number<number>()
      .int()
      .min(1)
      .max(20)
      .default(5)
      .describe('Most hits of each kind'),
  }),
  output: z.object({
    /** By kind, in the order of the kinds; within one the best first. */
    items: z.array(SearchHit),
  }),
  errors: [],
})

export const searchApi = { find }
