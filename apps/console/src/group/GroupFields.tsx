import { type GroupDetails, schedulers, selectors } from '@capstan/contract/group'
import {
  Checkbox,
  Fieldset,
  Group,
  NativeSelect,
  Stack,
  Switch,
  Textarea,
  TextInput,
} from '@mantine/core'
import type * as z from 'zod'
import { LimitField } from '../ui/LimitField.tsx'
import type { useEndpointForm } from '../ui/useEndpointForm.ts'
import { usePageWords } from '../words/page-words.ts'
import type { GroupFormValues } from './group-input.ts'
import { WeightsField } from './WeightsField.tsx'

export type GroupFormApi = ReturnType<
  typeof useEndpointForm<z.ZodType, z.ZodType<GroupDetails>, GroupFormValues>
>['form']

const sessionTypes = ['interactive', 'batch', 'inference'] as const

/** What a group is called, and whether it takes sessions. */
export function AboutFields({ form, isNew }: { form: GroupFormApi; isNew: boolean }) {
  const { w } = usePageWords()
  return (
    <Fieldset legend={w.group.about}>
      <Stack gap="sm">
        <TextInput
          label={w.project.column.name}
          description={isNew ? w.group.nameHelp : w.group.nameStays}
          readOnly={!isNew}
          withAsterisk={isNew}
          {...(isNew && { 'data-autofocus': true })}
          {...form.getInputProps('name')}
        />
        <Textarea
          label={w.user.column.description}
          autosize
          {...form.getInputProps('description')}
        />
        <Switch
          label={w.user.active}
          description={w.group.activeHelp}
          {...form.getInputProps('isActive', { type: 'checkbox' })}
        />
        <Switch
          label={w.group.column.public}
          description={w.group.publicHelp}
          {...form.getInputProps('isPublic', { type: 'checkbox' })}
        />
      </Stack>
    </Fieldset>
  )
}

/** How a group schedules (GRP-02). */
export function SchedulingFields({ form }: { form: GroupFormApi }) {
  const { w } = usePageWords()
  const { scheduler } = form.values
  // Said when it is sent: an error that appears as one leaves a box would move the next one away from under the pointer.
  const { onBlur: _onBlur, ...types } = form.getInputProps('allowedSessionTypes')
  return (
    <Fieldset legend={w.group.scheduling}>
      <Stack gap="sm">
        <NativeSelect
          label={w.group.column.scheduler}
          description={w.group.schedulerHelp}
          data={schedulers.map(value => ({ value, label: w.group.scheduler[value] }))}
          {...form.getInputProps('scheduler')}
        />
        {scheduler === 'priority' && (
          <Switch
            label={w.group.preemption}
            description={w.group.preemptionHelp}
            {...form.getInputProps('isPreemptionEnabled', { type: 'checkbox' })}
          />
        )}
        {(scheduler === 'drf' || scheduler === 'fair-share') && (
          <WeightsField
            value={form.values.weights}
            error={form.errors['weights']}
            onBlur={() => {
              form.validateField('weights')
            }}
            onChange={weights => {
              form.setFieldValue('weights', weights)
              form.clearFieldError('weights')
            }}
          />
        )}
        <NativeSelect
          label={w.group.column.selector}
          description={w.group.selectorHelp}
          data={selectors.map(value => ({ value, label: w.group.selector[value] }))}
          {...form.getInputProps('selector')}
        />
        <Checkbox.Group label={w.group.column.types} description={w.group.typesHelp} {...types}>
          <Group my="xs">
            {sessionTypes.map(type => (
              <Checkbox key={type} value={type} label={w.session.type[type]} />
            ))}
          </Group>
        </Checkbox.Group>
        <Limits form={form} />
        <Switch
          label={w.group.spreading}
          description={w.group.spreadingHelp}
          {...form.getInputProps('enforcesSpreading', { type: 'checkbox' })}
        />
      </Stack>
    </Fieldset>
  )
}

function Limits({ form }: { form: GroupFormApi }) {
  const { w, f } = usePageWords()
  const { scheduler } = form.values
  const field = (
    name: 'pendingTimeoutS' | 'retriesToSkip' | 'creationRetries' | 'reserveAfterS' | 'halfLifeS',
  ) => ({
    value: form.values[name],
    error: form.errors[name],
    onBlur: () => {
      form.validateField(name)
    },
    onChange: (value: number | string | null) => {
      form.setFieldValue(name, value)
      form.clearFieldError(name)
    },
  })
  /** Seconds are hard to read from some thousands on. */
  const inWords = (help: string, value: number | string | null): string =>
    Number(value) >= 60 ? `${help} = ${f.duration(Number(value))}` : help
  const { pendingTimeoutS, reserveAfterS, halfLifeS } = form.values
  return (
    <>
      <LimitField
        label={w.group.column.timeout}
        help={inWords(w.group.timeoutHelp, pendingTimeoutS)}
        suffix={w.group.seconds}
        none={w.group.noTimeout}
        {...field('pendingTimeoutS')}
      />
      <LimitField
        label={w.group.retriesToSkip}
        most="1000"
        help={w.group.retriesHelp}
        none={w.group.asDefaults}
        {...field('retriesToSkip')}
      />
      <LimitField
        label={w.group.creationRetries}
        most="1000"
        help={w.group.creationHelp}
        none={w.group.asDefaults}
        {...field('creationRetries')}
      />
      <LimitField
        label={w.group.reserve}
        help={inWords(w.group.reserveHelp, reserveAfterS)}
        suffix={w.group.seconds}
        none={w.group.never}
        {...field('reserveAfterS')}
      />
      {scheduler === 'fair-share' && (
        <LimitField
          label={w.group.halfLife}
          help={inWords('', halfLifeS)}
          suffix={w.group.seconds}
          none={null}
          {...field('halfLifeS')}
        />
      )}
    </>
  )
}
