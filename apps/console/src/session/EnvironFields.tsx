import { ActionIcon, Button, Group, Input, Stack, TextInput } from '@mantine/core'
import { IconPlus, IconTrash } from '@tabler/icons-react'
import { useWords } from '../words/words.tsx'
import type { SessionFormApi } from './session-form.ts'
import { parseVariables } from './session-input.ts'

/** Environment variables, one a row; lines of `NAME=value` pasted into a name become rows. */
export function EnvironFields({ form }: { form: SessionFormApi }) {
  const { w } = useWords()
  const { environ } = form.values
  const set = (rows: typeof environ): void => {
    form.setFieldValue('environ', rows)
  }
  const paste = (index: number, event: React.ClipboardEvent): void => {
    const pasted = parseVariables(event.clipboardData.getData('text'))
    if (!pasted) return
    event.preventDefault()
    set([...environ.slice(0, index), ...pasted, ...environ.slice(index + 1)])
  }
  return (
    <Input.Wrapper
      label={w.sessionForm.environ}
      description={environ.length > 0 ? w.sessionForm.environHelp : undefined}
      error={form.errors.environ}
      labelElement="div"
      role="group"
      aria-label={w.sessionForm.environ}
    >
      <Stack gap="xs" mt="xs">
        {environ.map((row, index) => (
          // Rows have no identity but their place.
          <Group key={index} gap="xs" wrap="nowrap">
            <TextInput
              style={{ flex: 2, minWidth: 0 }}
              classNames={{ input: 'mono' }}
              aria-label={w.sessionForm.environName}
              placeholder={w.sessionForm.environName}
              spellCheck={false}
              onPaste={event => {
                paste(index, event)
              }}
              {...form.getInputProps(`environ.${index}.name`)}
            />
            <TextInput
              style={{ flex: 3, minWidth: 0 }}
              classNames={{ input: 'mono' }}
              aria-label={w.sessionForm.environValue}
              placeholder={w.sessionForm.environValue}
              spellCheck={false}
              {...form.getInputProps(`environ.${index}.value`)}
            />
            <ActionIcon
              variant="subtle"
              color="gray"
              aria-label={w.sessionForm.removeVariable(row.name)}
              onClick={() => {
                set(environ.filter((_, each) => each !== index))
              }}
            >
              <IconTrash size={16} />
            </ActionIcon>
          </Group>
        ))}
        <div>
          <Button
            size="xs"
            variant="default"
            leftSection={<IconPlus size={14} aria-hidden />}
            onClick={() => {
              set([...environ, { name: '', value: '' }])
            }}
          >
            {w.sessionForm.addVariable}
          </Button>
        </div>
      </Stack>
    </Input.Wrapper>
  )
}
