import { derived } from '@capstan/core/undo'
import type { Operation } from '@capstan/contract/operation'
import type { AllWords } from '../words/page-words.ts'

type Told = Pick<Operation, 'operation' | 'target' | 'after' | 'error' | 'undoes'>

/** What the fields that were changed come to, where that is all of the change. */
const turns: readonly {
  readonly field: string
  readonly value: unknown
  readonly turn: string
}[] = [
  { field: 'status', value: 'active', turn: 'activate' },
  { field: 'status', value: 'inactive', turn: 'deactivate' },
  { field: 'isActive', value: true, turn: 'activate' },
  { field: 'isActive', value: false, turn: 'deactivate' },
  { field: 'isSchedulable', value: true, turn: 'open' },
  { field: 'isSchedulable', value: false, turn: 'close' },
  { field: 'password', value: 'changed', turn: 'password' },
]

/** What somebody did, in a sentence: `Deactivated the user a@b.c`. */
export function sentenceOf(told: Told, w: AllWords): string {
  const sentence = doneOrTried(told, w)
  return told.undoes === null ? sentence : w.log.undoing(sentence)
}

function doneOrTried(told: Told, w: AllWords): string {
  const { operation, target, error } = told
  const sentences: Readonly<Partial<Record<string, (typeof w.log.sentence)['user.create']>>> =
    w.log.sentence
  const known = sentences[`${operation}:${turnOf(told)}`] ?? sentences[operation]
  if (!known) return w.log.otherwise(operation, target)
  return error ? known.failed(target) : known.done(target)
}

function turnOf({ after }: Told): string | undefined {
  const changed = Object.entries(after ?? {}).filter(([field]) => !derived.has(field))
  const [only] = changed
  if (!only || changed.length > 1) return undefined
  return turns.find(({ field, value }) => field === only[0] && value === only[1])?.turn
}
