import type { JobRequest, ManyKeypairChanges } from '@capstan/contract/job-request'
import { keypairPolicyApi } from '@capstan/contract/policy'
import { NativeSelect, NumberInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type * as z from 'zod'
import { query } from '../api/call.ts'
import { ManyDialog } from '../job/ManyDialog.tsx'
import type { ManyChange, ManyTarget } from '../job/useManyChange.ts'
import { usePageWords } from '../words/page-words.ts'
import type { ManyKeypairAction } from './keypair.actions.ts'

type Request = z.input<typeof JobRequest>
type Changes = z.input<typeof ManyKeypairChanges>

/** One change of many keypairs: its field, which it would hit, and the way to start it. */
export function ManyKeypairDialog({
  action,
  target,
  change,
}: {
  action: ManyKeypairAction
  target: ManyTarget
  change: ManyChange<ManyKeypairAction>
}) {
  const { w } = usePageWords()
  const [policy, setPolicy] = useState('')
  const [rate, setRate] = useState<number | string>('')
  const policies = useQuery({
    ...query(keypairPolicyApi.list, { limit: 200 }),
    enabled: action === 'setPolicy',
  })
  const changing = (changes: Changes): Request => ({ kind: 'keypair.update', target, changes })
  const requests: Readonly<Record<ManyKeypairAction, Request | undefined>> = {
    activate: changing({ isActive: true }),
    deactivate: changing({ isActive: false }),
    setPolicy: policy === '' ? undefined : changing({ policy }),
    setRate: typeof rate === 'number' ? changing({ rateLimit: rate }) : undefined,
    remove: { kind: 'keypair.remove', target },
  }
  return (
    <ManyDialog
      title={w.many[action]}
      request={requests[action]}
      isDanger={action === 'deactivate' || action === 'remove'}
      onClose={change.close}
      onStarted={change.finish}
    >
      {action === 'setPolicy' && (
        <NativeSelect
          label={w.keypair.column.policy}
          value={policy}
          data={[
            { value: '', label: '–' },
            ...(policies.data?.items.map(({ name }) => ({ value: name, label: name })) ?? []),
          ]}
          onChange={event => {
            setPolicy(event.currentTarget.value)
          }}
        />
      )}
      {action === 'setRate' && (
        <NumberInput
          label={w.keypair.column.rate}
          min={0}
          max={50_000}
          value={rate}
          onChange={setRate}
        />
      )}
    </ManyDialog>
  )
}
