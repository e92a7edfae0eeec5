import { Tooltip, UnstyledButton } from '@mantine/core'
import {
  IconFolders,
  IconGauge,
  IconHistory,
  IconHome,
  IconLayoutSidebarLeftCollapse,
  IconLayoutSidebarLeftExpand,
  IconListNumbers,
  IconRefreshDot,
  IconServer2,
  IconStack2,
  IconUsers,
} from '@tabler/icons-react'
import { Link, type LinkProps, useLocation } from '@tanstack/react-router'
import { useMay } from '../api/account.ts'
import { useWords } from '../words/words.tsx'

interface Props {
  readonly isCollapsed: boolean
  /** Absent where it cannot collapse. */
  readonly onToggle?: () => void
}

/** Links to the sections; *Administration* at the bottom, for those who administer something (ACC-03). */
export function Sidebar({ isCollapsed, onToggle }: Props) {
  const { w } = useWords()
  const may = useMay()
  return (
    <nav aria-label={w.shell.navigation} className="nav">
      <Entry link={{ to: '/' }} icon={IconHome} label={w.shell.start} isCollapsed={isCollapsed} />
      <Entry
        link={{ to: '/sessions' }}
        icon={IconStack2}
        label={w.shell.sessions}
        isCollapsed={isCollapsed}
      />
      <Entry
        link={{ to: '/services' }}
        icon={IconRefreshDot}
        label={w.shell.services}
        isCollapsed={isCollapsed}
      />
      <Entry
        link={{ to: '/log' }}
        icon={IconHistory}
        label={w.shell.log}
        isCollapsed={isCollapsed}
      />
      <div className="nav-foot">
        {may('agent.read') && (
          <section aria-label={w.shell.administration}>
            {!isCollapsed && <div className="nav-section">{w.shell.administration}</div>}
            {administration.map(({ icon, link, also, name }) => (
              <Entry
                key={name}
                link={link}
                also={also}
                icon={icon}
                label={w.shell[name]}
                isCollapsed={isCollapsed}
              />
            ))}
          </section>
        )}
        {onToggle && <Toggle isCollapsed={isCollapsed} onToggle={onToggle} />}
      </div>
    </nav>
  )
}

/** Sections of the administration; `also`: where else in it one is. */
export const administration = [
  { name: 'users', icon: IconUsers, link: { to: '/users' }, also: '/credentials' },
  { name: 'projects', icon: IconFolders, link: { to: '/projects' }, also: '/domains' },
  {
    name: 'policies',
    icon: IconGauge,
    link: { to: '/policies/$kind', params: { kind: 'keypair' } },
    also: '/policies',
  },
  { name: 'scheduler', icon: IconListNumbers, link: { to: '/scheduler' }, also: undefined },
  { name: 'resources', icon: IconServer2, link: { to: '/agents' }, also: '/resource' },
] as const

interface EntryProps {
  readonly link: LinkProps
  readonly also?: string | undefined
  readonly icon: typeof IconHome
  readonly label: string
  readonly isCollapsed: boolean
}

function Entry({ link, also, icon: Icon, label, isCollapsed }: EntryProps) {
  const { pathname } = useLocation()
  return (
    <Tooltip label={label} disabled={!isCollapsed} position="right">
      <Link
        {...link}
        className="nav-link"
        activeOptions={{ exact: link.to === '/' }}
        {...(also !== undefined && pathname.startsWith(also) && { 'data-section': true })}
        aria-label={label}
      >
        <Icon size={18} aria-hidden />
        {!isCollapsed && label}
      </Link>
    </Tooltip>
  )
}

function Toggle({ isCollapsed, onToggle }: Required<Props>) {
  const { w } = useWords()
  const label = isCollapsed ? w.shell.expand : w.shell.collapse
  const Icon = isCollapsed ? IconLayoutSidebarLeftExpand : IconLayoutSidebarLeftCollapse
  return (
    <Tooltip label={label} disabled={!isCollapsed} position="right">
      <UnstyledButton className="nav-link" w="100%" mt="xs" onClick={onToggle} aria-label={label}>
        <Icon size={18} aria-hidden />
        {!isCollapsed && w.shell.collapseShort}
      </UnstyledButton>
    </Tooltip>
  )
}
