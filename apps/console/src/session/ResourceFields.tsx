import { groupApi, type ResourceGroup } from '@capstan/contract/group'
import type { Slots } from '@capstan/contract/slots'
import { NumberInput, Select } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { query } from '../api/call.ts'
import { slotAmount, slotName, slotsText } from '../ui/slot-words.ts'
import { orderedSlots } from '../words/format.ts'
import { useWords } from '../words/words.tsx'
import type { SessionFormApi } from './session-form.ts'
import { adviceOn, requestedSlots } from './session-input.ts'
import { Notice } from '../ui/Notice.tsx'

const GiB = 2 ** 30

const freeOf = ({ capacity, used }: ResourceGroup): Slots =>
  Object.fromEntries(
    Object.entries(capacity).map(([slot, amount]) => [
      slot,
      Math.max(amount - (used[slot] ?? 0), 0),
    ]),
  )

function useGroup(name: string): ResourceGroup | undefined {
  return useQuery(query(groupApi.list, {})).data?.items.find(group => group.name === name)
}

/** Where it runs, with what is free there now. */
export function GroupField({ form }: { form: SessionFormApi }) {
  const { w, f } = useWords()
  const groups = useQuery(query(groupApi.list, {})).data?.items ?? []
  const group = useGroup(form.values.resourceGroup)
  const free = group && slotsText(freeOf(group), w, f)
  const waiting =
    group && group.pendingCount > 0 ? w.sessionForm.groupPending(group.pendingCount) : ''
  return (
    <Select
      label={w.sessionForm.group}
      description={[free && w.sessionForm.groupFree(free), waiting].filter(Boolean).join(' · ')}
      inputWrapperOrder={['label', 'input', 'description', 'error']}
      allowDeselect={false}
      data={groups.map(({ name, isActive }) => ({ value: name, label: name, disabled: !isActive }))}
      {...form.getInputProps('resourceGroup')}
    />
  )
}

/** CPU, memory and accelerators, each with its limit, and what will come of asking for that much (SES-12). */
export function ResourceFields({ form, minimum }: { form: SessionFormApi; minimum: Slots }) {
  const { w, f } = useWords()
  const group = useGroup(form.values.resourceGroup)
  if (!group) return null
  const containers = Math.max(Number(form.values.clusterSize) || 1, 1)
  const advice = adviceOn(requestedSlots(form.values), minimum, group, containers)
  const memBytes = Number(form.values.memGiB) * GiB
  const raised = advice.filter(each => each.raisedTo !== undefined)
  const help = (slot: string): string => {
    const free = freeOf(group)[slot] ?? 0
    const most = group.largestAgent[slot] ?? 0
    const print = (value: number): string => f.amount(slot, value)
    return `${w.common.max(print(most))} · ${w.sessionForm.free(print(free))}`
  }
  const number = {
    min: 0,
    clampBehavior: 'none',
    inputWrapperOrder: ['label', 'input', 'description', 'error'],
  } as const satisfies Record<string, unknown>
  const accelerators = orderedSlots(group.capacity).filter(slot => slot !== 'cpu' && slot !== 'mem')
  return (
    <>
      <div className="resource-grid">
        <NumberInput
          {...number}
          inputWrapperOrder={[...number.inputWrapperOrder]}
          label={w.slot.cpu}
          description={help('cpu')}
          suffix={` ${w.slot.cores(Number(form.values.cpu))}`}
          step={1}
          decimalScale={3}
          {...form.getInputProps('cpu')}
        />
        <NumberInput
          {...number}
          inputWrapperOrder={[...number.inputWrapperOrder]}
          label={w.slot.mem}
          description={help('mem')}
          suffix=" GiB"
          step={1}
          decimalScale={3}
          {...form.getInputProps('memGiB')}
        />
        <NumberInput
          {...number}
          inputWrapperOrder={[...number.inputWrapperOrder]}
          label={w.slot.shmem}
          description={memBytes > 0 && w.common.max(f.bytes(memBytes))}
          suffix=" MiB"
          step={64}
          {...form.getInputProps('shmemMiB')}
        />
        {accelerators.map(slot => (
          <NumberInput
            key={slot}
            {...number}
            inputWrapperOrder={[...number.inputWrapperOrder]}
            label={slotName(slot, w)}
            description={help(slot)}
            step={slot.endsWith('.shares') ? 0.1 : 1}
            decimalScale={slot.endsWith('.shares') ? 3 : 0}
            value={form.values.accelerators[slot] ?? 0}
            error={form.errors[`accelerators.${slot}`]}
            onChange={value => {
              form.setFieldValue('accelerators', { ...form.values.accelerators, [slot]: value })
            }}
          />
        ))}
      </div>
      {(raised.length > 0 || advice.some(each => each.waits)) && (
        <Notice tone="busy">
          {raised.map(({ slot, raisedTo }) => (
            <div key={slot}>{w.sessionForm.raised(slotAmount(slot, raisedTo ?? 0, w, f))}</div>
          ))}
          {advice.some(each => each.waits) && <div>{w.sessionForm.waits}</div>}
        </Notice>
      )}
    </>
  )
}
