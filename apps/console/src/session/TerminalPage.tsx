import { sessionApi } from '@capstan/contract/session'
import { ActionIcon, Group, Tooltip } from '@mantine/core'
import { IconArrowLeft, IconTextDecrease, IconTextIncrease } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useEffect, useState } from 'react'
import { query } from '../api/call.ts'
import { PageLoading } from '../shell/PageLoading.tsx'
import { ErrorPanel } from '../ui/ErrorPanel.tsx'
import { useStored } from '../ui/stored.ts'
import { useWords } from '../words/words.tsx'
import { TerminalScreen } from './TerminalScreen.tsx'
import { ButtonLink } from '../ui/links.tsx'
import './TerminalPage.css'

const route = getRouteApi('/signed-in/sessions/$sessionId/terminal')
const fontSizes = { least: 9, usual: 14, most: 24 } as const

const readSize = (value: unknown): number | undefined =>
  typeof value === 'number' && value >= fontSizes.least && value <= fontSizes.most
    ? value
    : undefined

/** A terminal in a session, on a page of its own (SES-04). */
export function TerminalPage() {
  const { w } = useWords()
  const { sessionId } = route.useParams()
  const { terminalId } = route.useSearch()
  const navigate = route.useNavigate()
  const [fontSize, setFontSize] = useStored('capstan.terminal.size', fontSizes.usual, readSize)
  // Counts the shells asked for: each begins a new screen.
  const [shell, setShell] = useState({ count: 0, terminalId })
  const answer = useQuery(query(sessionApi.show, { id: sessionId }))
  const name = answer.data?.name ?? ''
  const title = w.terminal.title(name)
  useEffect(() => {
    if (name) document.title = `${title} · ${w.product}`
  }, [name, title, w])
  const setTerminalId = (id: string | undefined): void => {
    void navigate({ search: before => ({ ...before, terminalId: id }), replace: true })
  }
  const size = (label: string, step: 1 | -1, icon: React.ReactNode) => (
    <Tooltip label={label}>
      <ActionIcon
        variant="subtle"
        color="gray.4"
        aria-label={label}
        disabled={readSize(fontSize + step) === undefined}
        onClick={() => {
          setFontSize(fontSize + step)
        }}
      >
        {icon}
      </ActionIcon>
    </Tooltip>
  )
  return (
    <div className="terminal-page">
      <header className="terminal-head">
        <ButtonLink
          to="/sessions/$sessionId"
          params={{ sessionId }}
          size="compact-sm"
          variant="subtle"
          color="gray.4"
          aria-label={`${w.terminal.back}: ${name}`}
          leftSection={<IconArrowLeft size={16} aria-hidden />}
        >
          <h1 className="clip terminal-title">{name || w.common.loading}</h1>
        </ButtonLink>
        <Group gap={4} wrap="nowrap">
          {size(w.terminal.smaller, -1, <IconTextDecrease size={18} />)}
          {size(w.terminal.larger, 1, <IconTextIncrease size={18} />)}
        </Group>
      </header>
      {answer.isPending && <PageLoading />}
      {answer.error && !answer.data && <ErrorPanel error={answer.error} />}
      {answer.data && (
        <TerminalScreen
          key={`${sessionId} ${shell.count}`}
          sessionId={sessionId}
          terminalId={shell.terminalId}
          fontSize={fontSize}
          onTerminalId={setTerminalId}
          onNewShell={() => {
            setTerminalId(undefined)
            setShell({ count: shell.count + 1, terminalId: undefined })
          }}
        />
      )}
    </div>
  )
}
