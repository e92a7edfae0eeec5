import {
  ActionIcon,
  Input,
  SegmentedControl,
  Stack,
  Text,
  Textarea,
  TextInput,
  Tooltip,
} from '@mantine/core'
import { IconRefresh } from '@tabler/icons-react'
import { useWords } from '../words/words.tsx'
import type { SessionFormApi } from './session-form.ts'
import { suggestName } from './session-name.ts'

/** What kind of session it is, and what it is called. */
export function Basics({ form }: { form: SessionFormApi }) {
  const { w } = useWords()
  return (
    <Stack gap="md">
      <div>
        <Input.Label id="session-type" labelElement="div" display="block" mb={4}>
          {w.sessionForm.type}
        </Input.Label>
        <SegmentedControl
          aria-labelledby="session-type"
          data={(['interactive', 'batch'] as const).map(value => ({
            value,
            label: w.session.type[value],
          }))}
          {...form.getInputProps('type')}
        />
        <Text size="sm" c="dimmed" mt={4}>
          {form.values.type === 'batch' ? w.sessionForm.batchHelp : w.sessionForm.interactiveHelp}
        </Text>
      </div>
      <NameField form={form} label={w.sessionForm.name} />
      {form.values.type === 'batch' && (
        <CommandField form={form} label={w.sessionForm.command} help={w.sessionForm.commandHelp} />
      )}
    </Stack>
  )
}

/** What it is called. */
export function NameField({ form, label }: { form: SessionFormApi; label: string }) {
  const { w } = useWords()
  return (
    <TextInput
      label={label}
      data-autofocus
      required
      withAsterisk={false}
      rightSection={
        <Tooltip label={w.sessionForm.suggest}>
          <ActionIcon
            variant="subtle"
            color="gray"
            aria-label={w.sessionForm.suggest}
            onClick={() => {
              form.setFieldValue('name', suggestName(Math.random))
            }}
          >
            <IconRefresh size={16} />
          </ActionIcon>
        </Tooltip>
      }
      {...form.getInputProps('name')}
    />
  )
}

/** What is run by the shell. */
export function CommandField({
  form,
  label,
  help,
}: {
  form: SessionFormApi
  label: string
  help: string
}) {
  return (
    <Textarea
      label={label}
      description={help}
      inputWrapperOrder={['label', 'input', 'description', 'error']}
      autosize
      minRows={2}
      maxRows={12}
      spellCheck={false}
      classNames={{ input: 'mono' }}
      {...form.getInputProps('startupCommand')}
    />
  )
}
