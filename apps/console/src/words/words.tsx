import { createContext, type ReactNode, use, useEffect, useMemo, useState } from 'react'
import { en, type Words } from './en.ts'
import { type Format, formatFor, type Language, languages } from './format.ts'

/** Catalogues other than English are fetched when chosen. */
const catalogues: Readonly<Record<Language, () => Promise<Words>>> = {
  en: async () => en,
  ko: async () => (await import('./ko.ts')).ko,
}

const storageKey = 'capstan.language'

const isLanguage = (value: unknown): value is Language => languages.some(each => each === value)

/** The language chosen before, else the first of the browser's that we speak. */
function preferred(): Language {
  const stored = localStorage.getItem(storageKey)
  if (isLanguage(stored)) return stored
  return navigator.languages.map(tag => tag.split('-')[0]).find(isLanguage) ?? 'en'
}

interface Speech {
  readonly w: Words
  readonly f: Format
  readonly language: Language
  readonly setLanguage: (language: Language) => void
}

const SpeechContext = createContext<Speech | undefined>(undefined)

/** The catalogue of the chosen language, for the whole page. */
export function WordsProvider({ initial, children }: { initial: Spoken; children: ReactNode }) {
  const [spoken, setSpoken] = useState(initial)
  useEffect(() => {
    document.documentElement.lang = spoken.language
  }, [spoken.language])
  const speech = useMemo<Speech>(
    () => ({
      w: spoken.words,
      f: formatFor(spoken.language),
      language: spoken.language,
      setLanguage: language => {
        localStorage.setItem(storageKey, language)
        void (async () => {
          setSpoken({ language, words: await catalogues[language]() })
        })()
      },
    }),
    [spoken],
  )
  return <SpeechContext value={speech}>{children}</SpeechContext>
}

interface Spoken {
  readonly language: Language
  readonly words: Words
}

/** Reads the preferred catalogue before the first render, so that no page flashes in another language. */
export async function loadWords(): Promise<Spoken> {
  const language = preferred()
  return { language, words: await catalogues[language]() }
}

/** `w`: the words; `f`: numbers, amounts and times. */
export function useWords(): Speech {
  const speech = use(SpeechContext)
  if (!speech) throw new Error('useWords outside of WordsProvider')
  return speech
}
