import { Button } from '@mantine/core'
import { useEffect, useState } from 'react'
import { StatusBadge } from '../ui/StatusBadge.tsx'
import { describeError } from '../ui/describe-error.ts'
import { useWords } from '../words/words.tsx'
import type { TerminalState } from './terminal-link.ts'

interface Props {
  readonly state: TerminalState
  readonly onRetry: () => void
  readonly onNewShell: () => void
}

/** How the connection is, and what can be done about it. */
export function TerminalStateLine({ state, onRetry, onNewShell }: Props) {
  const { w } = useWords()
  const isOver = state.status === 'exited' || state.status === 'failed'
  return (
    // The scheme of the page does not reach here: the terminal is dark in both.
    <div className="terminal-state" data-mantine-color-scheme="dark" role="status">
      <StateText state={state} />
      {state.status === 'lost' && (
        <Button size="compact-xs" variant="default" onClick={onRetry}>
          {w.terminal.tryNow}
        </Button>
      )}
      {isOver && (
        <Button size="compact-xs" variant="default" onClick={onNewShell}>
          {w.terminal.newShell}
        </Button>
      )}
    </div>
  )
}

function StateText({ state }: Pick<Props, 'state'>) {
  const { w, f } = useWords()
  if (state.status === 'connecting')
    return <StatusBadge tone="busy" label={w.terminal.connecting} isBusy />
  if (state.status === 'lost') return <Countdown key={state.retryAt} until={state.retryAt} />
  if (state.status === 'exited')
    return <StatusBadge tone="idle" label={w.terminal.exited(state.exitCode)} />
  if (state.status === 'failed') {
    const { title, detail } = describeError(state.error, w, f)
    return (
      <StatusBadge
        tone="bad"
        label={[w.terminal.failed, title, detail].filter(Boolean).join(' · ')}
      />
    )
  }
  const texts = {
    new: w.terminal.connected,
    resumed: w.terminal.resumed,
    replaced: w.terminal.fresh,
  }
  return <StatusBadge tone="good" label={texts[state.how]} />
}

/** Whole seconds until the next try, counting down. */
function Countdown({ until }: { until: number }) {
  const { w, f } = useWords()
  const [now, setNow] = useState(() => Date.now())
  useEffect(() => {
    const timer = setInterval(() => {
      setNow(Date.now())
    }, 1000)
    return () => {
      clearInterval(timer)
    }
  }, [])
  const leftS = Math.max(1, Math.ceil((until - now) / 1000))
  return <StatusBadge tone="warn" label={w.terminal.lost(f.duration(leftS))} />
}
