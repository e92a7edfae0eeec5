import type { Permission } from '@capstan/contract/permission'
import {
  IconBuilding,
  IconFolders,
  IconGauge,
  IconHistory,
  IconHome,
  IconKey,
  IconListCheck,
  IconPlus,
  IconRefreshDot,
  IconServerCog,
  IconStack2,
  IconUserCircle,
} from '@tabler/icons-react'
import type { NavigateOptions } from '@tanstack/react-router'
import { administration } from '../shell/Sidebar.tsx'
import type { AllWords } from '../words/page-words.ts'

/** A page, or a part of one that has an address, as one looks for it. */
export interface Page {
  readonly id: string
  readonly name: (w: AllWords) => string
  readonly icon: typeof IconHome
  readonly place: NavigateOptions
  /** Absent: for everybody. */
  readonly permission?: Permission
}

/** The sidebar's sections, and what lies behind their tabs and buttons. */
export const pages: readonly Page[] = [
  { id: 'start', name: w => w.shell.start, icon: IconHome, place: { to: '/' } },
  { id: 'sessions', name: w => w.shell.sessions, icon: IconStack2, place: { to: '/sessions' } },
  {
    id: 'newSession',
    name: w => w.sessionForm.title,
    icon: IconPlus,
    place: { to: '/sessions/new' },
  },
  { id: 'services', name: w => w.shell.services, icon: IconRefreshDot, place: { to: '/services' } },
  {
    id: 'newService',
    name: w => w.service.create,
    icon: IconPlus,
    place: { to: '/services/new' },
  },
  { id: 'log', name: w => w.log.title, icon: IconHistory, place: { to: '/log' } },
  {
    id: 'account',
    name: w => w.shell.myAccount,
    icon: IconUserCircle,
    place: { to: '/account' },
  },
  // Each kind of policy stands below.
  ...administration
    .filter(({ name }) => name !== 'policies')
    .map(({ name, icon, link }): Page => ({
      id: name,
      name: w => w.shell[name],
      icon,
      place: link,
      permission: 'agent.read',
    })),
  {
    id: 'credentials',
    name: w => w.keypair.title,
    icon: IconKey,
    place: { to: '/credentials' },
    permission: 'keypair.read',
  },
  {
    id: 'domains',
    name: w => w.domain.title,
    icon: IconBuilding,
    place: { to: '/domains' },
    permission: 'domain.read',
  },
  ...(['keypair', 'user', 'project'] as const).map((kind): Page => ({
    id: `${kind}Policies`,
    name: w => `${w.shell.policies}: ${w.policy.kind[kind]}`,
    icon: IconGauge,
    place: { to: '/policies/$kind', params: { kind } },
    permission: 'policy.read',
  })),
  {
    id: 'overview',
    name: w => `${w.shell.resources}: ${w.overview.title}`,
    icon: IconServerCog,
    place: { to: '/resources' },
    permission: 'agent.read',
  },
  {
    id: 'groups',
    name: w => w.group.title,
    icon: IconServerCog,
    place: { to: '/resource-groups' },
    permission: 'agent.read',
  },
  {
    id: 'jobs',
    name: w => w.job.title,
    icon: IconListCheck,
    place: { to: '/jobs' },
    permission: 'job.read',
  },
  {
    id: 'newUser',
    name: w => w.user.create,
    icon: IconPlus,
    place: { to: '/users/new' },
    permission: 'user.create',
  },
  {
    id: 'newProject',
    name: w => w.project.create,
    icon: IconFolders,
    place: { to: '/projects/new' },
    permission: 'project.create',
  },
]
