import { useWords } from '../words/words.tsx'

/** Why something failed, as the server says it in English; in other languages by its code, where the catalogue has it. */
export function ReasonText({ reason }: { reason: { code: string; message: string } }) {
  const { w, language } = useWords()
  const texts: Readonly<Partial<Record<string, string>>> = w.errors
  const text = texts[reason.code]
  if (language === 'en' || text === undefined) return <>{reason.message}</>
  return <span title={reason.message}>{text}</span>
}
