import { Tooltip, UnstyledButton } from '@mantine/core'
import {
  IconHome,
  IconLayoutSidebarLeftCollapse,
  IconLayoutSidebarLeftExpand,
  IconServer2,
  IconStack2,
  IconUsers,
} from '@tabler/icons-react'
import { Link } from '@tanstack/react-router'
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
      <Entry to="/" icon={IconHome} label={w.shell.start} isCollapsed={isCollapsed} />
      <Entry to="/sessions" icon={IconStack2} label={w.shell.sessions} isCollapsed={isCollapsed} />
      <div className="nav-foot">
        {may('agent.read') && (
          <section aria-label={w.shell.administration}>
            {!isCollapsed && <div className="nav-section">{w.shell.administration}</div>}
            <Entry to="/users" icon={IconUsers} label={w.shell.users} isCollapsed={isCollapsed} />
            <Entry
              to="/agents"
              icon={IconServer2}
              label={w.shell.resources}
              isCollapsed={isCollapsed}
            />
          </section>
        )}
        {onToggle && <Toggle isCollapsed={isCollapsed} onToggle={onToggle} />}
      </div>
    </nav>
  )
}

interface EntryProps {
  readonly to: '/' | '/sessions' | '/agents' | '/users'
  readonly icon: typeof IconHome
  readonly label: string
  readonly isCollapsed: boolean
}

function Entry({ to, icon: Icon, label, isCollapsed }: EntryProps) {
  return (
    <Tooltip label={label} disabled={!isCollapsed} position="right">
      <Link to={to} className="nav-link" activeOptions={{ exact: to === '/' }} aria-label={label}>
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
