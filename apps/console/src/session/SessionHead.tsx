import type { SessionDetails } from '@capstan/contract/session'
import { Button, Group, Menu, Stack, Text, Tooltip } from '@mantine/core'
import { IconAppWindow, IconPencil, IconPlayerStop, IconTerminal2 } from '@tabler/icons-react'
import { useState } from 'react'
import { ConfirmPopover } from '../ui/ConfirmPopover.tsx'
import { SessionBadge } from '../ui/StatusBadge.tsx'
import { ButtonLink } from '../ui/links.tsx'
import { reasonText } from '../words/reason.ts'
import { useWords } from '../words/words.tsx'
import { RenameSession } from './RenameSession.tsx'
import { useEndSessions, useOpenApp, useWhyNotUsable, whyNotEndable } from './useSessionActions.ts'
import { Notice } from '../ui/Notice.tsx'

/** How a session is, why, and what can be done with it. */
export function SessionHead({ session }: { session: SessionDetails }) {
  const { w, f } = useWords()
  const [isRenaming, setRenaming] = useState(false)
  const noRename = whyNotEndable(session, 'force', w)
  return (
    <Stack gap="sm">
      <div role="status">
        <SessionBadge status={session.status} isNodeLost={session.isNodeLost} />
        {session.reason && (
          <Text size="sm" c="dimmed" mt={4} className="preserve">
            {reasonText(session.reason, f)}
          </Text>
        )}
        {session.isNodeLost && (
          <Text size="sm" c="dimmed" mt={4}>
            {w.session.nodeLostHelp}
          </Text>
        )}
      </div>
      {session.notices.length > 0 && (
        <Notice tone="busy" title={w.session.noticesTitle}>
          {session.notices.map(notice => (
            <div key={notice}>{notice}</div>
          ))}
        </Notice>
      )}
      <Group gap="xs">
        <UseButtons session={session} />
        <Button
          size="sm"
          variant="default"
          leftSection={<IconPencil size={16} aria-hidden />}
          disabled={noRename !== undefined}
          title={noRename}
          onClick={() => {
            setRenaming(true)
          }}
        >
          {w.session.rename}
        </Button>
        <EndButtons session={session} />
      </Group>
      {isRenaming && (
        <RenameSession
          session={session}
          onClose={() => {
            setRenaming(false)
          }}
        />
      )}
    </Stack>
  )
}

function UseButtons({ session }: { session: SessionDetails }) {
  const { w } = useWords()
  const whyNot = useWhyNotUsable()(session)
  const openApp = useOpenApp()
  const isDisabled = whyNot !== undefined
  const web = session.apps.filter(app => app.protocol !== 'tcp')
  const [only] = web
  const open = (app: string) => () => {
    openApp.mutate({ id: session.id, app })
  }
  return (
    <>
      <Tooltip label={whyNot} disabled={!isDisabled}>
        {isDisabled ? (
          <Button leftSection={<IconTerminal2 size={16} aria-hidden />} data-disabled aria-disabled>
            {w.session.terminal}
          </Button>
        ) : (
          <ButtonLink
            leftSection={<IconTerminal2 size={16} aria-hidden />}
            to="/sessions/$sessionId/terminal"
            params={{ sessionId: session.id }}
            target="_blank"
          >
            {w.session.terminal}
          </ButtonLink>
        )}
      </Tooltip>
      {web.length === 1 && only && (
        <Tooltip label={whyNot} disabled={!isDisabled}>
          <Button
            size="sm"
            variant="default"
            leftSection={<IconAppWindow size={16} aria-hidden />}
            loading={openApp.isPending}
            {...(isDisabled && { 'data-disabled': true, 'aria-disabled': true })}
            onClick={isDisabled ? undefined : open(only.name)}
          >
            {w.session.openApp(only.name)}
          </Button>
        </Tooltip>
      )}
      {web.length > 1 && (
        <Menu disabled={isDisabled}>
          <Menu.Target>
            <Button
              size="sm"
              variant="default"
              leftSection={<IconAppWindow size={16} aria-hidden />}
              loading={openApp.isPending}
              disabled={isDisabled}
              title={whyNot}
            >
              {w.session.apps}
            </Button>
          </Menu.Target>
          <Menu.Dropdown>
            {session.apps.map(app => (
              <Menu.Item
                key={app.name}
                disabled={app.protocol === 'tcp'}
                title={app.protocol === 'tcp' ? w.session.tcpApp : undefined}
                onClick={open(app.name)}
              >
                {app.name}
              </Menu.Item>
            ))}
          </Menu.Dropdown>
        </Menu>
      )}
    </>
  )
}

function EndButtons({ session }: { session: SessionDetails }) {
  const { w } = useWords()
  const end = useEndSessions()
  const polite = whyNotEndable(session, 'polite', w)
  const force = whyNotEndable(session, 'force', w)
  return (
    <>
      <ConfirmPopover
        title={w.session.endTitle(session.name)}
        text={session.status === 'pending' ? w.session.cancelText : w.session.endText}
        confirm={w.session.end}
        isDanger
        onConfirm={() => {
          end.mutate({ ids: [session.id], force: false })
        }}
      >
        <Button
          size="sm"
          variant="default"
          leftSection={<IconPlayerStop size={16} aria-hidden />}
          disabled={polite !== undefined}
          title={polite}
        >
          {w.session.end}
        </Button>
      </ConfirmPopover>
      <ConfirmPopover
        title={w.session.endTitle(session.name)}
        text={w.session.forceText}
        confirm={w.session.forceEnd}
        isDanger
        onConfirm={() => {
          end.mutate({ ids: [session.id], force: true })
        }}
      >
        <Button size="sm" variant="default" disabled={force !== undefined} title={force}>
          {w.session.forceEnd}
        </Button>
      </ConfirmPopover>
    </>
  )
}
