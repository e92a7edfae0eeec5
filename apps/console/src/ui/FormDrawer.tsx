import { Button, Group, Modal, Stack, Text } from '@mantine/core'
import { useBlocker } from '@tanstack/react-router'
import type { FormEventHandler, ReactNode } from 'react'
import { useWords } from '../words/words.tsx'
import { ErrorPanel } from './ErrorPanel.tsx'
import { Notice } from './Notice.tsx'
import { SideDrawer } from './SideDrawer.tsx'

interface Props {
  readonly title: string
  readonly submitLabel: string
  readonly onSubmit: FormEventHandler<HTMLFormElement>
  readonly onClose: () => void
  readonly isPending: boolean
  /** Something was entered that would be lost. */
  readonly isDirty: boolean
  readonly failure: unknown
  /** Above the button, where one sees it whatever field one is at. */
  readonly notice?: ReactNode
  /** Shows what there is, without a way to change it: for this reason. */
  readonly whyReadOnly?: string | undefined
  readonly children: ReactNode
}

/** A create or edit form in a drawer that is a route: closing it with something entered asks first. */
export function FormDrawer(props: Props) {
  const { w } = useWords()
  const blocker = useBlocker({
    shouldBlockFn: () => props.isDirty,
    enableBeforeUnload: () => props.isDirty,
    withResolver: true,
  })
  const isReadOnly = props.whyReadOnly !== undefined
  const isAsking = blocker.status === 'blocked'
  return (
    <SideDrawer title={props.title} onClose={props.onClose} isHeld={isAsking}>
      <form onSubmit={props.onSubmit} noValidate>
        <Stack gap="lg">
          {isReadOnly && <Notice tone="idle">{props.whyReadOnly}</Notice>}
          <fieldset disabled={isReadOnly} className="bare">
            <Stack gap="lg">{props.children}</Stack>
          </fieldset>
          <div className="drawer-foot">
            {props.failure != null && <ErrorPanel error={props.failure} />}
            {props.notice}
            <Group justify="flex-end">
              <Button variant="default" onClick={props.onClose}>
                {isReadOnly ? w.common.close : w.common.cancel}
              </Button>
              {!isReadOnly && (
                <Button type="submit" loading={props.isPending}>
                  {props.submitLabel}
                </Button>
              )}
            </Group>
          </div>
        </Stack>
      </form>
      <Modal
        opened={isAsking}
        onClose={() => blocker.reset?.()}
        title={w.form.leaveTitle}
        centered
        size="sm"
        zIndex={400}
      >
        <Text size="sm">{w.form.leaveText}</Text>
        <Group justify="flex-end" mt="md">
          <Button variant="default" onClick={() => blocker.proceed?.()}>
            {w.form.leave}
          </Button>
          <Button data-autofocus onClick={() => blocker.reset?.()}>
            {w.form.stay}
          </Button>
        </Group>
      </Modal>
    </SideDrawer>
  )
}
