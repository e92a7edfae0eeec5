import { useState } from 'react'
import { useWords } from '../words/words.tsx'
import { controlOf } from './control-key.ts'

const keys = [
  { label: 'Esc', text: '\u001B' },
  { label: 'Tab', text: '\t' },
  { label: '↑', text: '\u001B[A' },
  { label: '↓', text: '\u001B[B' },
  { label: '←', text: '\u001B[D' },
  { label: '→', text: '\u001B[C' },
] as const

/** Letters that are pressed with Ctrl most: interrupt, end of input, search, clear, suspend. */
const controls = ['c', 'd', 'r', 'l', 'z'] as const

/** Keys that a phone's keyboard lacks. */
export function TerminalKeys({ onKey }: { onKey: (text: string) => void }) {
  const { w } = useWords()
  const [isControl, setControl] = useState(false)
  // Keeps the keyboard of a phone open: the terminal stays focused.
  const keepFocus = (event: React.PointerEvent): void => {
    event.preventDefault()
  }
  return (
    <div className="terminal-keys" role="toolbar" aria-label={w.terminal.keys}>
      <button
        type="button"
        aria-pressed={isControl}
        onPointerDown={keepFocus}
        onClick={() => {
          setControl(!isControl)
        }}
      >
        Ctrl
      </button>
      {isControl
        ? controls.map(letter => (
            <button
              key={letter}
              type="button"
              onPointerDown={keepFocus}
              onClick={() => {
                setControl(false)
                onKey(controlOf(letter))
              }}
            >
              ^{letter.toUpperCase()}
            </button>
          ))
        : keys.map(({ label, text }) => (
            <button
              key={label}
              type="button"
              onPointerDown={keepFocus}
              onClick={() => {
                onKey(text)
              }}
            >
              {label}
            </button>
          ))}
    </div>
  )
}
