import { FitAddon } from '@xterm/addon-fit'
import { WebLinksAddon } from '@xterm/addon-web-links'
import { type ITheme, Terminal } from '@xterm/xterm'
import '@xterm/xterm/css/xterm.css'
import { useEffect, useEffectEvent, useRef, useState } from 'react'
import { copyText } from '../ui/clipboard.ts'
import { useWords } from '../words/words.tsx'
import { TerminalLink, type TerminalState } from './terminal-link.ts'
import { TerminalKeys } from './TerminalKeys.tsx'
import { TerminalStateLine } from './TerminalStateLine.tsx'

/** Dark whatever the scheme of the page: programs choose their colours for it. Each is 4.5:1 or more on the ground, but black. */
const theme: ITheme = {
  background: '#12161a',
  foreground: '#d5d9de',
  cursor: '#55adbd',
  selectionBackground: '#2f5f6b',
  black: '#3c444e',
  red: '#ff8787',
  green: '#69db7c',
  yellow: '#f0c75a',
  blue: '#74b0f4',
  magenta: '#c397e0',
  cyan: '#55c5d5',
  white: '#d5d9de',
  brightBlack: '#8b94a0',
  brightRed: '#ffa8a8',
  brightGreen: '#8ce99a',
  brightYellow: '#ffe08a',
  brightBlue: '#a5d0ff',
  brightMagenta: '#dcbdf2',
  brightCyan: '#8fe1ec',
  brightWhite: '#ffffff',
}

interface Props {
  readonly sessionId: string
  readonly terminalId: string | undefined
  readonly fontSize: number
  readonly onTerminalId: (id: string) => void
  readonly onNewShell: () => void
}

interface Screen {
  readonly terminal: Terminal
  readonly link: TerminalLink
  readonly fit: FitAddon
}

const encoder = new TextEncoder()

/** One terminal: its screen, its connection, and a line that says how that is. */
export function TerminalScreen({ sessionId, fontSize, ...props }: Props) {
  const { w } = useWords()
  const holder = useRef<HTMLDivElement>(null)
  const screen = useRef<Screen>(null)
  const [state, setState] = useState<TerminalState>({ status: 'connecting' })

  const keepId = useEffectEvent((id: string) => {
    props.onTerminalId(id)
  })

  const open = useEffectEvent((element: HTMLElement): Screen => {
    const { terminal, fit } = openScreen(element, fontSize)
    const link = new TerminalLink({
      sessionId,
      terminalId: props.terminalId,
      onTerminalId: keepId,
      onState: setState,
      onReset: () => {
        terminal.reset()
      },
      onOutput: bytes => {
        terminal.write(bytes)
      },
    })
    join(terminal, link)
    return { terminal, link, fit }
  })

  useEffect(() => {
    if (!holder.current) return undefined
    const opened = open(holder.current)
    screen.current = opened
    const watch = new ResizeObserver(() => {
      opened.fit.fit()
    })
    watch.observe(holder.current)
    opened.terminal.focus()
    return () => {
      watch.disconnect()
      opened.link.close()
      opened.terminal.dispose()
      screen.current = null
    }
  }, [])

  useEffect(() => {
    if (!screen.current) return
    screen.current.terminal.options.fontSize = fontSize
    screen.current.fit.fit()
  }, [fontSize])

  return (
    <>
      <main className="terminal-holder" ref={holder} aria-label={w.terminal.label} />
      <TerminalKeys
        onKey={text => {
          screen.current?.terminal.input(text)
          screen.current?.terminal.focus()
        }}
      />
      <TerminalStateLine
        state={state}
        onRetry={() => {
          screen.current?.link.connect()
        }}
        onNewShell={props.onNewShell}
      />
    </>
  )
}

/** What is typed goes to the session, and so does the size of the screen. */
function join(terminal: Terminal, link: TerminalLink): void {
  terminal.onData(text => {
    link.send(encoder.encode(text))
  })
  terminal.onBinary(text => {
    link.send(Uint8Array.from(text, character => character.charCodeAt(0)))
  })
  terminal.onResize(({ cols, rows }) => {
    link.resize(cols, rows)
  })
  link.resize(terminal.cols, terminal.rows)
  link.connect()
}

function openScreen(element: HTMLElement, fontSize: number): { terminal: Terminal; fit: FitAddon } {
  const terminal = new Terminal({
    theme,
    fontSize,
    fontFamily: getComputedStyle(element).getPropertyValue('--mantine-font-family-monospace'),
    cursorBlink: !matchMedia('(prefers-reduced-motion: reduce)').matches,
    scrollback: 10_000,
    screenReaderMode: false,
  })
  const fit = new FitAddon()
  terminal.loadAddon(fit)
  terminal.loadAddon(new WebLinksAddon())
  terminal.open(element)
  fit.fit()
  terminal.attachCustomKeyEventHandler(event => {
    if (!event.ctrlKey || !event.shiftKey) return true
    if (event.code === 'KeyC') {
      event.preventDefault()
      if (event.type === 'keydown') void copyText(terminal.getSelection())
      return false
    }
    // The browser pastes; xterm only must not send ^V.
    return event.code !== 'KeyV'
  })
  element.addEventListener('mouseup', () => {
    const selection = terminal.getSelection()
    // A browser that does not let a page copy unasked still has Ctrl+Shift+C.
    if (selection) copyText(selection).catch(() => undefined)
  })
  return { terminal, fit }
}
