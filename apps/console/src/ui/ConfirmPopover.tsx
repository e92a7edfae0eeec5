import { Button, Group, Popover, Text } from '@mantine/core'
import { cloneElement, type ReactElement, type ReactNode, useId, useState } from 'react'
import { useWords } from '../words/words.tsx'

interface Clickable {
  onClick?: () => void
  'aria-expanded'?: boolean
}

interface Question {
  title: string
  text: ReactNode
  confirm: string
  isDanger?: boolean
}

/** Asks at the button, for one thing that is not easily undone. The child is the button. */
export function ConfirmPopover({
  onOpen,
  onConfirm,
  children,
  ...question
}: Question & {
  /** What was chosen in it the last time is to be forgotten. */
  onOpen?: () => void
  onConfirm: () => void
  children: ReactElement<Clickable>
}) {
  const { w } = useWords()
  const [isOpen, setOpen] = useState(false)
  // What was answered is shown until it has faded: the answer may have turned the question into its opposite by then.
  const [answered, setAnswered] = useState(question)
  // Somebody else may have answered it meanwhile: what would be confirmed then is the opposite.
  const isAsked = isOpen && question.title === answered.title
  if (isOpen && !isAsked) setOpen(false)
  const { title, text, confirm, isDanger = false } = isAsked ? question : answered
  const id = useId()
  const change = (opens: boolean): void => {
    setAnswered(question)
    setOpen(opens)
  }
  return (
    <Popover
      opened={isAsked}
      onChange={change}
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
            onOpen?.()
            change(true)
          },
          'aria-expanded': isAsked,
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
          <Button
            size="xs"
            variant="default"
            onClick={() => {
              change(false)
            }}
          >
            {w.common.cancel}
          </Button>
          <Button
            size="xs"
            data-autofocus
            {...(isDanger && { color: 'red.9' })}
            onClick={() => {
              // A second click, while it fades, answers nothing.
              if (!isAsked) return
              change(false)
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
