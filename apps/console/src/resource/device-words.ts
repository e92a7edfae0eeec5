import type { GivenDevice } from '@capstan/contract/device'
import type { Format } from '../words/format.ts'
import type { AllWords } from '../words/page-words.ts'

/** Sessions of a device that are named one by one. */
const mostNamed = 8

/** A device in words, line by line: what it is, how much of it is given out, to whom. */
export function deviceText(device: GivenDevice, w: AllWords, f: Format): string[] {
  const { id, model, used, capacity, given } = device
  const ratio = capacity > 0 ? used / capacity : 0
  const head = [id, model].filter(Boolean).join(' · ')
  const share =
    used === 0 ? w.overview.free : w.overview.given(f.percent(ratio), f.share('', used, capacity))
  const whom = given
    .slice(0, mostNamed)
    .map(each => `${givenTo(each, w)}: ${f.number(each.amount)}`)
  const more = given.length > mostNamed ? [w.overview.more(given.length - mostNamed)] : []
  return [head, share, ...whom, ...more]
}

/** Whose it is: `train (ada@example.com)`. */
export const givenTo = ({ session }: GivenDevice['given'][number], w: AllWords): string =>
  session ? `${session.name} (${session.userEmail})` : w.overview.others
