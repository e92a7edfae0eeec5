import { sessionApi, type Session } from '@capstan/contract/session'
import { endStatus, whyNotUsable } from '@capstan/core/session'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useMay } from '../api/account.ts'
import { call } from '../api/call.ts'
import { toastDone, toastError } from '../ui/toast.ts'
import type { Words } from '../words/en.ts'
import { useWords } from '../words/words.tsx'

type Usable = Pick<Session, 'status' | 'isNodeLost'>

/** Why a session cannot be opened (terminal, applications), in words; undefined when it can. */
export function useWhyNotUsable(): (session: Usable) => string | undefined {
  const { w } = useWords()
  const may = useMay()
  return session => {
    if (!may('session.use')) return w.session.noPermission
    const why = whyNotUsable(session)
    if (why === null) return undefined
    return why === 'node_lost' ? w.session.nodeUnreachable : w.session.notRunning
  }
}

/** Why a session cannot be ended, by the rule that the server goes by; undefined when it can. */
export function whyNotEndable(
  session: Pick<Session, 'status'>,
  mode: 'polite' | 'force',
  w: Words,
): string | undefined {
  if (endStatus(session.status, mode) !== null) return undefined
  return session.status === 'terminating' ? w.session.alreadyEnding : w.session.alreadyEnded
}

/** Ends sessions, and says how many of them it met alive. */
export function useEndSessions(onDone?: () => void) {
  const { w } = useWords()
  const queries = useQueryClient()
  return useMutation({
    mutationFn: (input: { ids: string[]; force: boolean }) => call(sessionApi.terminate, input),
    onSuccess: ({ items }) => {
      const late = items.filter(
        ({ outcome }) => outcome === 'already_ended' || outcome === 'not_found',
      ).length
      const texts = [
        items.length > late ? w.session.endedMany(items.length - late) : '',
        late > 0 ? w.session.notEnded(late) : '',
      ]
      toastDone(texts.filter(Boolean).join(' · '))
      for (const path of [sessionApi.list.path, sessionApi.show.path])
        void queries.invalidateQueries({ queryKey: [path] })
      onDone?.()
    },
    onError: toastError,
  })
}

/** Opens an application in a tab of its own. */
export function useOpenApp() {
  const { w } = useWords()
  return useMutation({
    mutationFn: async ({ id, app }: { id: string; app: string }) => {
      // Opened within the click, before anything is waited for: later the browser would take it for a pop-up.
      const tab = window.open('', '_blank')
      if (tab) {
        tab.opener = null
        tab.document.title = app
        tab.document.body.textContent = w.session.openingApp
      }
      try {
        const { url } = await call(sessionApi.openApp, { id, app })
        if (tab) tab.location.replace(url)
        else window.location.assign(url)
      } catch (error) {
        tab?.close()
        throw error
      }
    },
    onError: toastError,
  })
}
