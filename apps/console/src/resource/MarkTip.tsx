import { Portal } from '@mantine/core'
import { type KeyboardEvent, type ReactNode, type SyntheticEvent, useState } from 'react'
import { moveThroughMarks } from './mark-keys.ts'

interface Shown {
  readonly text: string
  readonly left: number
  readonly top: number
}

const widestPx = 280

const markOf = (event: SyntheticEvent): HTMLElement | null =>
  event.target instanceof Element ? event.target.closest<HTMLElement>('[data-mark]') : null

/** One hint for thousands of marks: of the one under the pointer, or of the one with the keyboard's focus. */
export function MarkTip({ children }: { children: ReactNode }) {
  const [shown, setShown] = useState<Shown>()
  const show = (mark: HTMLElement | null): void => {
    const text = mark?.dataset['mark']
    if (!mark || text === undefined) {
      setShown(undefined)
      return
    }
    const { left, bottom } = mark.getBoundingClientRect()
    const most = document.documentElement.clientWidth - widestPx - 8
    setShown({ text, left: Math.max(8, Math.min(left, most)), top: bottom + 6 })
  }
  const hide = (): void => {
    setShown(undefined)
  }
  const move = (event: KeyboardEvent): void => {
    if (event.key === 'Escape') hide()
    const mark = markOf(event)
    const next = mark && moveThroughMarks(event.currentTarget, mark, event.key)
    if (!next) return
    event.preventDefault()
    next.focus()
  }
  return (
    <div
      onPointerOver={event => {
        show(markOf(event))
      }}
      onPointerLeave={hide}
      onFocus={event => {
        show(markOf(event))
      }}
      onBlur={hide}
      // What scrolls takes the mark along.
      onScrollCapture={event => {
        show(event.currentTarget.querySelector('[data-mark]:focus'))
      }}
      onKeyDown={move}
    >
      {children}
      {shown && (
        <Portal>
          <div className="mark-tip" aria-hidden style={{ left: shown.left, top: shown.top }}>
            {shown.text}
          </div>
        </Portal>
      )}
    </div>
  )
}
