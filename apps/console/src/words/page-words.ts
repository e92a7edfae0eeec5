import { use, useMemo } from 'react'
import type { Words } from './en.ts'
import type { PageWords } from './en/pages.ts'
import type { Format, Language } from './format.ts'
import { useWords } from './words.tsx'

const catalogues: Readonly<Record<Language, () => Promise<PageWords>>> = {
  en: async () => (await import('./en/pages.ts')).pages,
  ko: async () => (await import('./ko/pages.ts')).pages,
}

const loading = new Map<Language, Promise<PageWords>>()

/** Fetched once; after a failure the next one who asks tries again. */
function load(language: Language): Promise<PageWords> {
  const found = loading.get(language)
  if (found) return found
  const promise = catalogues[language]()
  promise.catch(() => loading.delete(language))
  loading.set(language, promise)
  return promise
}

export type AllWords = Words & PageWords

/** `useWords`, with the words of pages that are fetched when they are opened. Suspends until these are there. */
export function usePageWords(): { readonly w: AllWords; readonly f: Format } {
  const { w, f, language } = useWords()
  const pages = use(load(language))
  return useMemo(() => ({ w: { ...w, ...pages }, f }), [w, f, pages])
}
