import { NumberInput, Switch } from '@mantine/core'
import { TimeField } from '../ui/TimeField.tsx'
import { usePageWords } from '../words/page-words.ts'
import type { SessionFormApi } from './session-form.ts'

interface Props {
  readonly form: SessionFormApi
}

/** When a session gets its turn (SES-01). */
export function PriorityField({ form }: Props) {
  const { w } = usePageWords()
  return (
    <NumberInput
      label={w.sessionForm.priority}
      description={w.sessionForm.priorityHelp}
      w={200}
      min={0}
      max={100}
      clampBehavior="none"
      {...form.getInputProps('priority')}
    />
  )
}

/** Whether it may lose its turn again. */
export function PreemptibleField({ form }: Props) {
  const { w } = usePageWords()
  return (
    <Switch
      label={w.turn.preemptible}
      description={w.turn.preemptibleHelp}
      {...form.getInputProps('isPreemptible', { type: 'checkbox' })}
    />
  )
}

/** Before when it does not get it. */
export function StartsAtField({ form }: Props) {
  const { w } = usePageWords()
  return (
    <TimeField
      label={w.turn.startsAt}
      help={w.turn.startsAtHelp}
      value={form.values.startsAt}
      error={form.errors['startsAt']}
      onChange={startsAt => {
        form.setFieldValue('startsAt', startsAt)
      }}
      onBlur={() => {
        form.validateField('startsAt')
      }}
    />
  )
}
