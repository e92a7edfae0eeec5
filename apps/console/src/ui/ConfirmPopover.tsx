import { Button, Group, Popover, Text } from '@mantine/core'
import { cloneElement, type ReactElement, type ReactNode, useId, useState } from 'react'
import { useWords } from '../words/words.tsx'

interface Clickable {
  onClick?: () => void
  'aria-expanded'?: boolean
}

/** Asks at the button, for one thing that is not easily undone. The child is the button. */
export function ConfirmPopover({
  title,
  text,
  confirm,
  isDanger = false,
  onConfirm,
  children,
}: {
  title: string
  text: ReactNode
  confirm: string
  isDanger?: boolean
  onConfirm: () => void
  children: ReactElement<Clickable>
}) {
  const { w } = useWords()
  const [isOpen, setOpen] = useState(false)
  const id = useId()
  const close = (): void => {
    setOpen(false)
  }
  return (
    <Popover
      opened={isOpen}
      onChange={setOpen}
      width={320}
      trapFocus
      returnFocus
      withArrow
      position="bottom-end"
      closeOnEscape
    >
      <Popover.Target>
        {cloneElement(children, {
          onClick: () => {
            setOpen(true)
          },
          'aria-expanded': isOpen,
        })}
      </Popover.Target>
      <Popover.Dropdown aria-labelledby={id}>
        <Text fw={600} size="sm" id={id}>
          {title}
        </Text>
        <Text size="sm" mt={4} component="div">
          {text}
        </Text>
        <Group justify="flex-end" mt="sm" gap="xs">
          <Button size="xs" variant="default" onClick={close}>
            {w.common.cancel}
          </Button>
          <Button
            size="xs"
            data-autofocus
            {...(isDanger && { color: 'red.9' })}
            onClick={() => {
              close()
              onConfirm()
            }}
          >
            {confirm}
          </Button>
        </Group>
      </Popover.Dropdown>
    </Popover>
  )
}
