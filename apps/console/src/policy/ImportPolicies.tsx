import type { PolicyImport } from '@capstan/contract/policy'
import { Button, Group, Stack, Text } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { type ReactNode, useState } from 'react'
import { useMay } from '../api/account.ts'
import { call } from '../api/call.ts'
import { Forbidden } from '../shell/PageError.tsx'
import { CsvField } from '../ui/CsvField.tsx'
import { ErrorPanel } from '../ui/ErrorPanel.tsx'
import { Notice } from '../ui/Notice.tsx'
import { RowProblems } from '../ui/RowProblems.tsx'
import { SideDrawer } from '../ui/SideDrawer.tsx'
import { toastDone } from '../ui/toast.ts'
import { useRefresh } from '../ui/useRefresh.ts'
import { usePageWords } from '../words/page-words.ts'
import { kinds, type PolicyKindName } from './policy.kinds.ts'

const route = getRouteApi('/signed-in/shell/policies/$kind/-/import')

/** Policies from a CSV file as an export writes it: all of them or none, after a look at what would come of it. */
export function ImportPolicies() {
  const { w } = usePageWords()
  const may = useMay()
  const { kind } = route.useParams()
  const navigate = route.useNavigate()
  const close = (): void => {
    void navigate({ to: '/policies/$kind', params: { kind }, search: true })
  }
  return (
    <SideDrawer title={w.policy.importTitle[kind]} onClose={close}>
      {may('policy.create') ? <Form kind={kind} onDone={close} /> : <Forbidden />}
    </SideDrawer>
  )
}

function Form({ kind, onDone }: { kind: PolicyKindName; onDone: () => void }) {
  const { w } = usePageWords()
  const { api } = kinds[kind]
  const refresh = useRefresh(api.list, api.show)
  const [csv, setCsv] = useState('')
  const check = useMutation({ mutationFn: () => call(api.checkImport, { csv }) })
  const write = useMutation({
    mutationFn: () => call(api.import, { csv }),
    onSuccess: done => {
      toastDone(w.policy.imported(done.createCount, done.updateCount), done)
      refresh()
      onDone()
    },
  })
  const seen = check.data
  const count = seen && seen.problemCount === 0 ? seen.createCount + seen.updateCount : 0
  return (
    <form
      noValidate
      onSubmit={event => {
        event.preventDefault()
        if (count > 0) write.mutate()
        else check.mutate()
      }}
    >
      <Stack gap="md">
        <CsvField
          help={w.policy.importHelp}
          onChange={text => {
            // What was looked at is not what would be done any more.
            check.reset()
            write.reset()
            setCsv(text)
          }}
        />
        {(check.error ?? write.error) && <ErrorPanel error={check.error ?? write.error} />}
        {seen && <Outcome kind={kind} seen={seen} />}
        <Group justify="flex-end" className="drawer-foot">
          <Button type="submit" disabled={csv === ''} loading={check.isPending || write.isPending}>
            {count > 0 ? w.policy.importApply(count) : w.many.check}
          </Button>
        </Group>
      </Stack>
    </form>
  )
}

function Outcome({ kind, seen }: { kind: PolicyKindName; seen: PolicyImport }) {
  const { w } = usePageWords()
  return (
    <div role="status" aria-live="polite">
      {seen.notices.map(notice => (
        <Text key={notice} size="sm">
          {notice}
        </Text>
      ))}
      {seen.problemCount > 0 ? (
        <RowProblems problems={seen.problems} count={seen.problemCount} />
      ) : (
        <>
          <Text size="sm" fw={600}>
            {w.policy.importSeen(seen.createCount, seen.updateCount, seen.unchangedCount)}
          </Text>
          {seen.updateCount > 0 && <Impact kind={kind} seen={seen} />}
        </>
      )}
    </div>
  )
}

/** How many of the policies that change are named: first those that somebody is above. */
const mostNamed = 20

/** Whom the policies that change are followed by, and who is above their new limits already (POL-08). */
function Impact({ kind, seen }: { kind: PolicyKindName; seen: PolicyImport }) {
  const { w } = usePageWords()
  const changed = seen.changed.toSorted((a, b) => b.overCount - a.overCount).slice(0, mostNamed)
  return (
    // The outcome around it is announced as a whole.
    <Notice tone={seen.overCount > 0 ? 'warn' : 'idle'} role="group">
      <div>
        {seen.followerCount === 0
          ? w.policy.importNobody
          : w.policy.impact(kind, seen.followerCount)}
      </div>
      <Lines more={seen.changed.length - changed.length}>
        {changed.map(({ name, followerCount, overCount }) => (
          <li key={name}>
            <b>{name}</b>: {w.policy.importChanged(kind, followerCount, overCount)}
          </li>
        ))}
      </Lines>
      {seen.overCount > 0 && (
        <>
          <div>{w.policy.impactOver(seen.overCount)}</div>
          <Lines more={seen.overCount - seen.over.length}>
            {seen.over.map(({ policy, follower, owner, message }) => (
              <li key={follower}>
                {owner} ({follower}, {policy}): {message}
              </li>
            ))}
          </Lines>
        </>
      )}
    </Notice>
  )
}

function Lines({ more, children }: { more: number; children: ReactNode }) {
  const { w } = usePageWords()
  return (
    <>
      <ul style={{ margin: '4px 0 0', paddingLeft: 20 }}>{children}</ul>
      {more > 0 && <div>{w.policy.andMore(more)}</div>}
    </>
  )
}
