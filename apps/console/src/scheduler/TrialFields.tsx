import { type GroupDetails, groupSettings, schedulers, selectors } from '@capstan/contract/group'
import { NativeSelect, Stack, Switch } from '@mantine/core'
import { useState } from 'react'
import { WeightsField, type WeightValue } from '../group/WeightsField.tsx'
import { usePageWords } from '../words/page-words.ts'
import { TriedLimit } from './TriedLimit.tsx'
import type { TriedSettings } from './tried-settings.ts'

/** Settings of a group to try out; each change is shown at once. */
export function TrialFields({
  values,
  onChange,
}: {
  values: GroupDetails
  onChange: (patch: TriedSettings) => void
}) {
  const { w } = usePageWords()
  const { scheduler } = values
  return (
    <Stack gap="sm">
      <NativeSelect
        label={w.group.column.scheduler}
        data={schedulers.map(value => ({ value, label: w.group.scheduler[value] }))}
        value={scheduler}
        onChange={event => {
          const chosen = schedulers.find(each => each === event.currentTarget.value)
          if (chosen) onChange({ scheduler: chosen })
        }}
      />
      {scheduler === 'priority' && (
        <Switch
          label={w.group.preemption}
          checked={values.isPreemptionEnabled}
          onChange={event => {
            onChange({ isPreemptionEnabled: event.currentTarget.checked })
          }}
        />
      )}
      {(scheduler === 'drf' || scheduler === 'fair-share') && (
        <Weights weights={values.weights} onChange={onChange} />
      )}
      <NativeSelect
        label={w.group.column.selector}
        data={selectors.map(value => ({ value, label: w.group.selector[value] }))}
        value={values.selector}
        onChange={event => {
          const selector = selectors.find(each => each === event.currentTarget.value)
          if (selector) onChange({ selector })
        }}
      />
      <Switch
        label={w.group.spreading}
        checked={values.enforcesSpreading}
        onChange={event => {
          onChange({ enforcesSpreading: event.currentTarget.checked })
        }}
      />
      <Limits values={values} onChange={onChange} />
    </Stack>
  )
}

function Limits({
  values,
  onChange,
}: {
  values: GroupDetails
  onChange: (patch: TriedSettings) => void
}) {
  const { w } = usePageWords()
  const limit = (name: 'retriesToSkip' | 'reserveAfterS' | 'halfLifeS') => ({
    schema: groupSettings[name],
    given: values[name],
    onChange: (value: number | null) => {
      onChange({ [name]: value })
    },
  })
  return (
    <>
      <TriedLimit
        label={w.group.column.timeout}
        suffix={w.group.seconds}
        none={w.group.noTimeout}
        schema={groupSettings.pendingTimeoutS.nullable()}
        given={values.pendingTimeoutS || null}
        onChange={value => {
          onChange({ pendingTimeoutS: value ?? 0 })
        }}
      />
      <TriedLimit
        label={w.group.retriesToSkip}
        most="1000"
        none={w.group.asDefaults}
        {...limit('retriesToSkip')}
      />
      <TriedLimit
        label={w.group.reserve}
        suffix={w.group.seconds}
        none={w.group.never}
        {...limit('reserveAfterS')}
      />
      {values.scheduler === 'fair-share' && (
        <TriedLimit
          label={w.group.halfLife}
          suffix={w.group.seconds}
          none={null}
          {...limit('halfLifeS')}
        />
      )}
    </>
  )
}

/** What is typed becomes a weight to try out once it is one. */
function Weights({
  weights,
  onChange,
}: {
  weights: readonly WeightValue[]
  onChange: (patch: TriedSettings) => void
}) {
  const { w } = usePageWords()
  const [typed, setTyped] = useState(weights)
  const numbers = typed.map(each => ({ ...each, weight: Number(each.weight) }))
  const isValid = (all: readonly { weight: number }[]): boolean =>
    all.every(({ weight }) => weight >= 0.01 && weight <= 1000)
  return (
    <WeightsField
      value={typed}
      error={isValid(numbers) ? undefined : w.group.weightRange}
      onChange={next => {
        setTyped(next)
        const tried = next.map(each => ({ ...each, weight: Number(each.weight) }))
        if (isValid(tried)) onChange({ weights: tried })
      }}
    />
  )
}
