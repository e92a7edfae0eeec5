import { ActionIcon, Group, Tooltip } from '@mantine/core'
import type { Icon } from '@tabler/icons-react'
import type { ComponentProps, ReactElement, ReactNode, Ref } from 'react'
import { ConfirmPopover } from './ConfirmPopover.tsx'

/** What can be done with a row, as icons at its end. */
export function RowActions({ children }: { children: ReactNode }) {
  return (
    <Group gap={4} wrap="nowrap" justify="flex-end">
      {children}
    </Group>
  )
}

/** Details are green, what ends something is red, what brings it back is black. */
const inks = {
  plain: undefined,
  details: 'var(--capstan-good)',
  danger: 'var(--capstan-bad)',
  strong: 'var(--mantine-color-text)',
} as const

interface Props {
  readonly icon: Icon
  /** On hover. */
  readonly label: string
  /** For screen readers: with the name of the row. */
  readonly name: string
  /** What kind of thing it does; plain unless said. */
  readonly tone?: keyof typeof inks
  /** Why it cannot be done now. */
  readonly whyNot?: string | undefined
  readonly onClick?: () => void
  readonly ref?: Ref<HTMLButtonElement>
}

export function RowButton({ icon: Icon, label, name, tone = 'plain', whyNot, ...rest }: Props) {
  return (
    <Tooltip label={whyNot ?? label}>
      <ActionIcon
        variant="subtle"
        color="gray"
        aria-label={name}
        {...(whyNot === undefined && inks[tone] !== undefined && { c: inks[tone] })}
        {...rest}
        {...(whyNot !== undefined && {
          'data-disabled': true,
          'aria-disabled': true,
          'aria-description': whyNot,
          onClick: () => {},
        })}
      >
        <Icon size={18} />
      </ActionIcon>
    </Tooltip>
  )
}

/** The same, with a question first; where it cannot be done, there is nothing to ask. */
export function ConfirmedRowButton({
  confirmation,
  ...button
}: Omit<Props, 'onClick'> & {
  confirmation: Omit<ComponentProps<typeof ConfirmPopover>, 'children'>
}): ReactElement {
  if (button.whyNot !== undefined) return <RowButton {...button} />
  return (
    <ConfirmPopover {...confirmation}>
      <RowButton {...button} />
    </ConfirmPopover>
  )
}
