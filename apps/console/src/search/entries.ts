import { type SearchHit, type SearchKind, searchKinds } from '@capstan/contract/search'
import type { Permission } from '@capstan/contract/permission'
import {
  IconBox,
  IconBuilding,
  IconFolders,
  IconGauge,
  type IconHome,
  IconKey,
  IconRefreshDot,
  IconServer2,
  IconServerCog,
  IconStack2,
  IconUser,
} from '@tabler/icons-react'
import type { NavigateOptions } from '@tanstack/react-router'
import type { AllWords } from '../words/page-words.ts'
import { pages } from './pages.ts'
import { placeOf } from './places.ts'
import type { Choice } from './useRecent.ts'

/** One line of the search. */
export interface Entry {
  readonly key: string
  readonly name: string
  readonly detail: string
  readonly isActive: boolean
  readonly icon: typeof IconHome
  readonly place: NavigateOptions
  /** What is remembered when it is chosen. */
  readonly choice: Choice
}

export interface Group {
  readonly label: string
  readonly entries: readonly Entry[]
}

const icons: Readonly<Record<SearchKind, typeof IconHome>> = {
  session: IconStack2,
  service: IconRefreshDot,
  user: IconUser,
  keypair: IconKey,
  project: IconFolders,
  domain: IconBuilding,
  keypairPolicy: IconGauge,
  userPolicy: IconGauge,
  projectPolicy: IconGauge,
  group: IconServerCog,
  image: IconBox,
  agent: IconServer2,
}

/** What somebody can be led to, and in which words. */
export interface View {
  readonly w: AllWords
  readonly may: (permission: Permission) => boolean
}

/** The kinds that have a page for somebody who may do these things. */
export const kindsFor = ({ may }: View): SearchKind[] =>
  searchKinds.filter(kind => kind !== 'group' || may('agent.read'))

/** The less the better; infinite where the text is not in the name. */
const rankOf = (name: string, text: string): number => {
  if (text === '') return 0
  const at = name.toLowerCase().indexOf(text.toLowerCase())
  if (at === -1) return Infinity
  return at === 0 ? name.length - text.length : 1000 + at
}

/** The pages with the text in their name, better ones first; without a text all of them, as they stand in the sidebar. */
export const pageEntries = (text: string, { w, may }: View): Entry[] =>
  pages
    .filter(({ permission }) => permission === undefined || may(permission))
    .map(({ id, name, icon, place }) => ({
      key: `page-${id}`,
      name: name(w),
      detail: '',
      isActive: true,
      icon,
      place,
      choice: { kind: 'page', id } as const,
    }))
    .filter(({ name }) => rankOf(name, text) < Infinity)
    .sort((a, b) => rankOf(a.name, text) - rankOf(b.name, text))

const toEntry = (hit: Omit<SearchHit, 'match'>, { may }: View): Entry => ({
  key: `${hit.kind}-${hit.id}`,
  name: hit.name,
  detail: hit.detail,
  isActive: hit.isActive,
  icon: icons[hit.kind],
  place: placeOf(hit, may),
  choice: {
    kind: hit.kind,
    id: hit.id,
    name: hit.name,
    detail: hit.detail,
    isActive: hit.isActive,
  },
})

/** Hits by kind; kinds with a better match first, so that Enter opens what was typed in full. */
export function hitGroups(hits: readonly SearchHit[], view: View): Group[] {
  const bestOf = (kind: SearchKind): number =>
    ['exact', 'prefix', 'part'].indexOf(hits.find(hit => hit.kind === kind)?.match ?? 'part')
  return searchKinds
    .filter(kind => hits.some(hit => hit.kind === kind))
    .sort((a, b) => bestOf(a) - bestOf(b))
    .map(kind => ({
      label: view.w.search.kind[kind],
      entries: hits.filter(hit => hit.kind === kind).map(hit => toEntry(hit, view)),
    }))
}

/** What was chosen lately, as far as it can still be opened. */
export const recentEntries = (recent: readonly Choice[], view: View): Entry[] => {
  const open = pageEntries('', view)
  return recent.flatMap(choice =>
    choice.kind === 'page'
      ? open.filter(({ choice: page }) => page.id === choice.id)
      : [toEntry(choice, view)],
  )
}

/** Hits of an earlier text stay while those of the next one are fetched, as far as they fit it. */
export const stillFitting = (hits: readonly SearchHit[], text: string): SearchHit[] =>
  hits.filter(({ name, detail }) => `${name} ${detail}`.toLowerCase().includes(text.toLowerCase()))
