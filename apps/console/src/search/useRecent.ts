import { SearchHit } from '@capstan/contract/search'
import * as z from 'zod'
import { useAccount } from '../api/account.ts'
import { useStored } from '../ui/stored.ts'
import { recentKey } from './recent.ts'

const mostKept = 6

/** Something that was chosen: a thing as it was found, or a page by its id. */
const Choice = z.union([
  z.object({ kind: z.literal('page'), id: z.string() }),
  SearchHit.omit({ match: true }),
])
export type Choice = z.infer<typeof Choice>

const read = (value: unknown): Choice[] | undefined => z.array(Choice).safeParse(value).data

/** The latest choices, newest first, kept in this browser for the person who is signed in. */
export function useRecent(): [readonly Choice[], (chosen: Choice) => void] {
  const { id } = useAccount()
  const [recent, store] = useStored<Choice[]>(recentKey(id), [], read)
  const add = (chosen: Choice): void => {
    const others = recent.filter(({ kind, id }) => kind !== chosen.kind || id !== chosen.id)
    store([chosen, ...others].slice(0, mostKept))
  }
  return [recent, add]
}
