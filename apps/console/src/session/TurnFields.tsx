import { NumberInput, Switch } from '@mantine/core'
import { TimeField } from '../ui/TimeField.tsx'
import { usePageWords } from '../words/page-words.ts'
import type { SessionFormApi } from './session-form.ts'

/** When a session gets its turn, and whether it may lose it (SES-01). */
export function TurnFields({
  form,
  isPreemptionOffered,
}: {
  form: SessionFormApi
  isPreemptionOffered: boolean
}) {
  const { w } = usePageWords()
  return (
    <>
      <NumberInput
        label={w.sessionForm.priority}
        description={w.sessionForm.priorityHelp}
        w={200}
        min={0}
        max={100}
        clampBehavior="none"
        {...form.getInputProps('priority')}
      />
      {isPreemptionOffered && (
        <Switch
          label={w.turn.preemptible}
          description={w.turn.preemptibleHelp}
          {...form.getInputProps('isPreemptible', { type: 'checkbox' })}
        />
      )}
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
    </>
  )
}
