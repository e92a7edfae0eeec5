import {
  ActionIcon,
  type ActionIconProps,
  Anchor,
  type AnchorProps,
  Button,
  type ButtonProps,
} from '@mantine/core'
import { createLink } from '@tanstack/react-router'
import type { ComponentPropsWithRef } from 'react'

type With<P> = P & Omit<ComponentPropsWithRef<'a'>, keyof P>

/** A link in running text or a cell; its address is checked against the routes. */
export const TextLink = createLink((props: With<AnchorProps>) => <Anchor {...props} />)

/** A link that looks like a button: it goes somewhere. */
export const ButtonLink = createLink((props: With<ButtonProps>) => (
  <Button component="a" {...props} />
))

/** A link that looks like an icon button. */
export const IconLink = createLink((props: With<ActionIconProps>) => (
  <ActionIcon component="a" {...props} />
))
