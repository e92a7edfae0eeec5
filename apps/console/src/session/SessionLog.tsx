import { isEnded } from '@capstan/core/session'
import type { Kernel, SessionDetails } from '@capstan/contract/session'
import {
  Button,
  Group,
  NativeSelect,
  Skeleton,
  Stack,
  Switch,
  Text,
  TextInput,
} from '@mantine/core'
import { IconDownload, IconSearch } from '@tabler/icons-react'
import { useMutation } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useDeferredValue, useLayoutEffect, useMemo, useRef, useState } from 'react'
import { ErrorPanel } from '../ui/ErrorPanel.tsx'
import { toastError } from '../ui/toast.ts'
import { usePageWords } from '../words/page-words.ts'
import { inGroups, matching, toLines } from './log-text.ts'
import { downloadLog, useSessionLog } from './useSessionLog.ts'
import './SessionLog.css'

const linesPerGroup = 100
const nearEndPx = 24

/** What the session writes, as it writes it; kept after its end (SES-05). */
export function SessionLog({ session }: { session: SessionDetails }) {
  const { container } = useSearch({ strict: false })
  const { kernels } = session
  const kernel = kernels.find(({ hostname }) => hostname === container) ?? kernels[0]
  return (
    <Stack gap="sm">
      {kernel && kernels.length > 1 && <ContainerSelect kernels={kernels} value={kernel} />}
      <KernelLog key={kernel?.id} session={session} kernel={kernel} />
    </Stack>
  )
}

/** Whose log it is, of several containers. */
function ContainerSelect({ kernels, value }: { kernels: readonly Kernel[]; value: Kernel }) {
  const { w } = usePageWords()
  const navigate = useNavigate()
  return (
    <NativeSelect
      label={w.cluster.chooseLog}
      value={value.hostname}
      data={kernels.map(({ hostname }) => hostname)}
      onChange={event => {
        const container = event.currentTarget.value
        void navigate({ to: '.', search: before => ({ ...before, container }), replace: true })
      }}
    />
  )
}

function KernelLog({ session, kernel }: { session: SessionDetails; kernel: Kernel | undefined }) {
  const { w } = usePageWords()
  const answer = useSessionLog(session.id, kernel?.id)
  const [wanted, setWanted] = useState('')
  const [isFollowing, setFollowing] = useState(true)
  const download = useMutation({
    mutationFn: () =>
      downloadLog(
        { id: session.id, kernelId: kernel?.id },
        `${session.name}${kernel && kernel.index > 0 ? `-${kernel.hostname}` : ''}.log`,
      ),
    onError: toastError,
  })
  const log = useDeferredValue(answer.data)
  const lines = useMemo(() => toLines(log?.text ?? ''), [log])
  const shown = useMemo(() => matching(lines, wanted), [lines, wanted])
  const box = useRef<HTMLDivElement>(null)
  useLayoutEffect(() => {
    if (isFollowing && box.current) box.current.scrollTop = box.current.scrollHeight
  })
  const scrolled = (): void => {
    const element = box.current
    if (!element) return
    const left = element.scrollHeight - element.scrollTop - element.clientHeight
    if (isFollowing !== left < nearEndPx) setFollowing(left < nearEndPx)
  }
  if (answer.error && !answer.data)
    return (
      <ErrorPanel
        error={answer.error}
        onRetry={() => {
          void answer.refetch()
        }}
      />
    )
  if (!answer.data) return <Skeleton h={300} />
  return (
    <div>
      <Group gap="sm" mb="xs">
        <TextInput
          style={{ flex: 1, minWidth: 160 }}
          aria-label={w.session.log.search}
          placeholder={w.session.log.search}
          leftSection={<IconSearch size={16} aria-hidden />}
          value={wanted}
          onChange={event => {
            setWanted(event.currentTarget.value)
          }}
        />
        <Switch
          label={w.session.log.follow}
          checked={isFollowing}
          onChange={event => {
            setFollowing(event.currentTarget.checked)
          }}
        />
        <Button
          variant="default"
          leftSection={<IconDownload size={16} aria-hidden />}
          loading={download.isPending}
          onClick={() => {
            download.mutate()
          }}
        >
          {w.session.log.download}
        </Button>
      </Group>
      {wanted.trim() && (
        <Text size="sm" c="dimmed" role="status">
          {w.session.log.matches(shown.length)}
        </Text>
      )}
      <div
        ref={box}
        className="log"
        role="log"
        aria-live="off"
        aria-label={w.session.log.label}
        tabIndex={0}
        onScroll={scrolled}
      >
        {answer.data.offset > 0 && <div className="log-note">{w.session.log.dropped}</div>}
        {inGroups(shown, linesPerGroup).map((group, index) => (
          <pre key={index} className="log-group">
            {group}
          </pre>
        ))}
        {lines.length === 0 && (
          <div className="log-note">
            {isEnded(session.status) ? w.session.log.emptyEnded : w.session.log.empty}
          </div>
        )}
        {answer.data.isComplete && lines.length > 0 && (
          <div className="log-note">{w.session.log.complete}</div>
        )}
      </div>
    </div>
  )
}
