import { keypairPolicyApi, KeypairPolicy, mostOf } from '@capstan/contract/policy'
import { Fieldset, Skeleton, Stack } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { query } from '../api/call.ts'
import * as z from 'zod'
import { formUnit, limitedSlots, mostInForm } from '../policy/policy.kinds.ts'
import { changedOnly } from '../ui/changed-only.ts'
import { ErrorPanel } from '../ui/ErrorPanel.tsx'
import { TextLink } from '../ui/links.tsx'
import { NameSelect } from '../ui/NameSelect.tsx'
import { slotName } from '../ui/slot-words.ts'
import { usePageWords } from '../words/page-words.ts'
import { TriedLimit } from './TriedLimit.tsx'
import type { TriedPolicy } from './tried-settings.ts'

/** Other limits of a keypair policy, to be tried out with the settings (PLS-01). */
export function TriedPolicyFields({
  tried,
  onChange,
}: {
  tried: TriedPolicy | undefined
  onChange: (policy: TriedPolicy) => void
}) {
  const { w } = usePageWords()
  const name = tried?.name ?? ''
  const answer = useQuery({ ...query(keypairPolicyApi.show, { name }), enabled: name !== '' })
  return (
    <Fieldset legend={w.scheduler.policy}>
      <Stack gap="sm">
        <NameSelect
          label={w.policy.name}
          list={keypairPolicyApi.list}
          value={name}
          onChange={chosen => {
            onChange({ name: chosen })
          }}
        />
        {answer.error && <ErrorPanel error={answer.error} />}
        {name !== '' && answer.isPending && <Skeleton h={80} />}
        {tried && answer.data && (
          <Limits key={name} policy={answer.data} tried={tried} onChange={onChange} />
        )}
      </Stack>
    </Fieldset>
  )
}

function Limits({
  policy,
  tried,
  onChange,
}: {
  policy: KeypairPolicy
  tried: TriedPolicy
  onChange: (policy: TriedPolicy) => void
}) {
  const { w } = usePageWords()
  const { maxResources = policy.maxResources, maxConcurrentCount = policy.maxConcurrentCount } =
    tried
  const change = (patch: Omit<TriedPolicy, 'name'>): void => {
    onChange({ name: policy.name, ...changedOnly({ ...tried, ...patch }, policy) })
  }
  return (
    <>
      <div className="limits">
        <TriedLimit
          label={w.policy.limit.maxConcurrentCount}
          most="100"
          schema={KeypairPolicy.shape.maxConcurrentCount}
          given={maxConcurrentCount}
          onChange={value => {
            change({ maxConcurrentCount: value })
          }}
        />
        {limitedSlots.map(slot => {
          const limit = maxResources[slot]
          return (
            <TriedLimit
              key={slot}
              label={slotName(slot, w)}
              most={`${mostInForm(slot)}${slot === 'mem' ? ' GiB' : ''}`}
              suffix={slot === 'mem' ? 'GiB' : undefined}
              decimals={slot.endsWith('.device') ? 0 : 3}
              schema={z.number().min(0).max(mostOf(slot)).nullable()}
              given={limit === undefined ? null : limit / formUnit(slot)}
              toLimit={typed => Math.round(typed * formUnit(slot) * 1000) / 1000}
              onChange={value => {
                const { [slot]: _, ...others } = maxResources
                change({ maxResources: value === null ? others : { ...others, [slot]: value } })
              }}
            />
          )
        })}
      </div>
      <TextLink
        to="/policies/$kind/$name"
        params={{ kind: 'keypair', name: policy.name }}
        search={{ settings: { policy: tried } }}
        size="sm"
      >
        {w.scheduler.openPolicy}
      </TextLink>
    </>
  )
}
