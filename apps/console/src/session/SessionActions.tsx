import type { Session } from '@capstan/contract/session'
import { ActionIcon, Group, Menu, Tooltip } from '@mantine/core'
import { IconAppWindow, IconPlayerStop, IconTerminal2 } from '@tabler/icons-react'
import { IconLink } from '../ui/links.tsx'
import { useWords } from '../words/words.tsx'
import { ConfirmPopover } from '../ui/ConfirmPopover.tsx'
import { useEndSessions, useOpenApp, useWhyNotUsable, whyNotEndable } from './useSessionActions.ts'

/** What can be done with a session, as icons at the end of its row. */
export function SessionRowActions({ session }: { session: Session }) {
  const { w } = useWords()
  const whyNot = useWhyNotUsable()(session)
  const end = useEndSessions()
  const noEnd = whyNotEndable(session, 'polite', w)
  return (
    <Group gap={4} wrap="nowrap" justify="flex-end">
      <TerminalLink session={session} whyNot={whyNot} />
      <AppsMenu session={session} whyNot={whyNot} />
      <ConfirmPopover
        title={w.session.endTitle(session.name)}
        text={session.status === 'pending' ? w.session.cancelText : w.session.endText}
        confirm={w.session.end}
        isDanger
        onConfirm={() => {
          end.mutate({ ids: [session.id], force: false })
        }}
      >
        <ActionIcon
          variant="subtle"
          color="gray"
          title={noEnd ?? w.session.end}
          aria-label={w.session.endOne(session.name)}
          disabled={noEnd !== undefined}
        >
          <IconPlayerStop size={18} />
        </ActionIcon>
      </ConfirmPopover>
    </Group>
  )
}

function TerminalLink({ session, whyNot }: { session: Session; whyNot: string | undefined }) {
  const { w } = useWords()
  const label = w.session.openTerminal(session.name)
  const icon = <IconTerminal2 size={18} />
  return (
    <Tooltip label={whyNot ?? w.session.terminal}>
      {whyNot === undefined ? (
        <IconLink
          variant="subtle"
          color="gray"
          aria-label={label}
          to="/sessions/$sessionId/terminal"
          params={{ sessionId: session.id }}
          target="_blank"
        >
          {icon}
        </IconLink>
      ) : (
        <ActionIcon variant="subtle" color="gray" aria-label={label} data-disabled aria-disabled>
          {icon}
        </ActionIcon>
      )}
    </Tooltip>
  )
}

/** Applications of the image, each in a tab of its own. */
function AppsMenu({ session, whyNot }: { session: Session; whyNot: string | undefined }) {
  const { w } = useWords()
  const openApp = useOpenApp()
  if (session.apps.length === 0) return null
  return (
    <Menu position="bottom-end" disabled={whyNot !== undefined}>
      <Menu.Target>
        <Tooltip label={whyNot ?? w.session.apps}>
          <ActionIcon
            variant="subtle"
            color="gray"
            aria-label={`${w.session.apps}: ${session.name}`}
            {...(whyNot !== undefined && { 'data-disabled': true, 'aria-disabled': true })}
          >
            <IconAppWindow size={18} />
          </ActionIcon>
        </Tooltip>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{w.session.apps}</Menu.Label>
        {session.apps.map(app => (
          <Menu.Item
            key={app.name}
            disabled={app.protocol === 'tcp'}
            onClick={() => {
              openApp.mutate({ id: session.id, app: app.name })
            }}
          >
            {app.name}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  )
}
