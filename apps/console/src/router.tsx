import { AppError } from '@capstan/contract/errors'
import { sessionSorts } from '@capstan/contract/session'
import {
  agentSorts,
  domainSorts,
  groupSorts,
  jobSorts,
  keypairSorts,
  operationSorts,
  policySorts,
  projectSorts,
  serviceSorts,
  userSorts,
} from '@capstan/contract/sorts'
import type { QueryClient } from '@tanstack/react-query'
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  notFound,
  Outlet,
  redirect,
} from '@tanstack/react-router'
import * as z from 'zod'
import { accountQuery } from './api/account.ts'
import type { Live } from './api/live.ts'
import { agentFilters } from './agent/agent.filters.ts'
import { groupFilters } from './group/group.filters.ts'
import { jobFilters } from './job/job.filters.ts'
import { keypairFilters } from './keypair/keypair.filters.ts'
import { domainFilters, projectFilters } from './project/project.filters.ts'
import { logFilters } from './log/log.filters.ts'
import { serviceFilters } from './service/service.filters.ts'
import { sessionFilters } from './session/session.filters.ts'
import { SessionsPage } from './session/SessionsPage.tsx'
import { NotFound, PageError } from './shell/PageError.tsx'
import { PageLoading } from './shell/PageLoading.tsx'
import { Shell } from './shell/Shell.tsx'
import { SignedIn } from './shell/SignedIn.tsx'
import { tableSearch } from './ui/table-search.ts'
import { userFilters } from './user/user.filters.ts'

export interface RouterContext {
  readonly queries: QueryClient
  readonly live: Live
}

const rootRoute = createRootRouteWithContext<RouterContext>()({ component: Outlet })

const signInRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/sign-in',
  validateSearch: z.object({
    to: z.string().optional().catch(undefined),
    ended: z.boolean().optional().catch(undefined),
  }),
  component: lazyRouteComponent(() => import('./account/SignInPage.tsx'), 'SignInPage'),
})

/** Everything behind it is for people who have signed in; others come back here after they have. */
const signedInRoute = createRoute({
  getParentRoute: () => rootRoute,
  id: 'signed-in',
  validateSearch: z.object({ project: z.string().optional().catch(undefined) }),
  beforeLoad: async ({ context, location }) => {
    try {
      await context.queries.ensureQueryData(accountQuery)
    } catch (error) {
      if (error instanceof AppError && error.code === 'unauthenticated')
        throw redirect({ to: '/sign-in', search: { to: location.href } })
      throw error
    }
  },
  component: SignedIn,
})

const shellRoute = createRoute({
  getParentRoute: () => signedInRoute,
  id: 'shell',
  component: Shell,
})

const startRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/',
  component: lazyRouteComponent(() => import('./start/StartPage.tsx'), 'StartPage'),
})

const sessionsRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/sessions',
  validateSearch: tableSearch(sessionSorts, sessionFilters).extend({
    state: z.enum(['live', 'ended']).optional().catch(undefined),
  }),
  component: SessionsPage,
})

const sessionFormRoute = createRoute({
  getParentRoute: () => sessionsRoute,
  path: '/new',
  component: lazyRouteComponent(() => import('./session/SessionForm.tsx'), 'SessionForm'),
})

const sessionTab = z.object({
  tab: z.enum(['overview', 'log', 'history', 'containers']).optional().catch(undefined),
  // Whose log, by its host name.
  container: z.string().optional().catch(undefined),
})

const sessionRoute = createRoute({
  getParentRoute: () => sessionsRoute,
  path: '/$sessionId',
  validateSearch: sessionTab,
  component: lazyRouteComponent(() => import('./session/SessionDrawer.tsx'), 'SessionDrawer'),
})

const servicesRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/services',
  validateSearch: tableSearch(serviceSorts, serviceFilters).extend({
    state: z.enum(['live', 'ended']).optional().catch(undefined),
  }),
  component: lazyRouteComponent(() => import('./service/ServicesPage.tsx'), 'ServicesPage'),
})

const serviceFormRoute = createRoute({
  getParentRoute: () => servicesRoute,
  path: '/new',
  component: lazyRouteComponent(() => import('./service/ServiceForm.tsx'), 'ServiceForm'),
})

const serviceRoute = createRoute({
  getParentRoute: () => servicesRoute,
  path: '/$serviceId',
  component: lazyRouteComponent(() => import('./service/ServiceDrawer.tsx'), 'ServiceDrawer'),
})

const terminalRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/sessions/$sessionId/terminal',
  validateSearch: z.object({ terminalId: z.uuid().optional().catch(undefined) }),
  component: lazyRouteComponent(() => import('./session/TerminalPage.tsx'), 'TerminalPage'),
})

/** The dialog about a change of many: which, and of whom. */
const manySearch = {
  change: z.string().optional().catch(undefined),
  picked: z.string().optional().catch(undefined),
}

const agentsRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/agents',
  validateSearch: tableSearch(agentSorts, agentFilters).extend({
    state: z.enum(['connected', 'terminated']).optional().catch(undefined),
    ...manySearch,
  }),
  component: lazyRouteComponent(() => import('./agent/AgentsPage.tsx'), 'AgentsPage'),
})

const agentRoute = createRoute({
  getParentRoute: () => agentsRoute,
  path: '/$agentId',
  component: lazyRouteComponent(() => import('./agent/AgentDrawer.tsx'), 'AgentDrawer'),
})

/** No agent's id begins with a dash, so this address is nobody's. */
const connectRoute = createRoute({
  getParentRoute: () => agentsRoute,
  path: '/-/connect',
  component: lazyRouteComponent(() => import('./agent/ConnectAgent.tsx'), 'ConnectAgent'),
})

/** Lists that show the active ones unless asked for the others. */
const stateSearch = { state: z.enum(['inactive', 'all']).optional().catch(undefined) }

const usersRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/users',
  validateSearch: tableSearch(userSorts, userFilters).extend({ ...stateSearch, ...manySearch }),
  component: lazyRouteComponent(() => import('./user/UsersPage.tsx'), 'UsersPage'),
})

const newUserRoute = createRoute({
  getParentRoute: () => usersRoute,
  path: '/new',
  component: lazyRouteComponent(() => import('./user/UserForm.tsx'), 'NewUser'),
})

/** No user's id begins with a dash. */
const manyUsersRoute = createRoute({
  getParentRoute: () => usersRoute,
  path: '/-/many',
  validateSearch: z.object({ tab: z.literal('csv').optional().catch(undefined) }),
  component: lazyRouteComponent(() => import('./user/ManyUsers.tsx'), 'ManyUsers'),
})

const userRoute = createRoute({
  getParentRoute: () => usersRoute,
  path: '/$userId',
  component: lazyRouteComponent(() => import('./user/UserDrawer.tsx'), 'UserDrawer'),
})

const editUserRoute = createRoute({
  getParentRoute: () => usersRoute,
  path: '/$userId/edit',
  component: lazyRouteComponent(() => import('./user/UserForm.tsx'), 'EditUser'),
})

const credentialsRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/credentials',
  validateSearch: tableSearch(keypairSorts, keypairFilters).extend({
    ...stateSearch,
    ...manySearch,
  }),
  component: lazyRouteComponent(() => import('./keypair/KeypairsPage.tsx'), 'KeypairsPage'),
})

const newKeypairRoute = createRoute({
  getParentRoute: () => credentialsRoute,
  path: '/new',
  // For whom, where that is known.
  validateSearch: z.object({ user: z.uuid().optional().catch(undefined) }),
  component: lazyRouteComponent(() => import('./keypair/KeypairForm.tsx'), 'NewKeypair'),
})

const keypairRoute = createRoute({
  getParentRoute: () => credentialsRoute,
  path: '/$accessKey',
  component: lazyRouteComponent(() => import('./keypair/KeypairDrawer.tsx'), 'KeypairDrawer'),
})

const editKeypairRoute = createRoute({
  getParentRoute: () => credentialsRoute,
  path: '/$accessKey/edit',
  component: lazyRouteComponent(() => import('./keypair/KeypairForm.tsx'), 'EditKeypair'),
})

const isPolicyKind = (kind: string): kind is 'keypair' | 'user' | 'project' =>
  ['keypair', 'user', 'project'].includes(kind)

const policiesRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/policies/$kind',
  params: {
    parse: ({ kind }) => {
      if (!isPolicyKind(kind)) throw notFound()
      return { kind }
    },
  },
  validateSearch: tableSearch(policySorts, ['name']),
  component: lazyRouteComponent(() => import('./policy/PoliciesPage.tsx'), 'PoliciesPage'),
})

/** No policy's name begins with a dash, so this address is nobody's. */
const newPolicyRoute = createRoute({
  getParentRoute: () => policiesRoute,
  path: '/-/new',
  component: lazyRouteComponent(() => import('./policy/PolicyForm.tsx'), 'NewPolicy'),
})

const importPoliciesRoute = createRoute({
  getParentRoute: () => policiesRoute,
  path: '/-/import',
  component: lazyRouteComponent(() => import('./policy/ImportPolicies.tsx'), 'ImportPolicies'),
})

/** Settings of a resource group, and limits of a policy, that are tried out or about to be saved; what reads them checks them. */
const triedSearch = z.object({ settings: z.looseObject({}).optional().catch(undefined) })

const policyRoute = createRoute({
  getParentRoute: () => policiesRoute,
  path: '/$name',
  validateSearch: triedSearch,
  component: lazyRouteComponent(() => import('./policy/PolicyForm.tsx'), 'EditPolicy'),
})

const projectsRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/projects',
  validateSearch: tableSearch(projectSorts, projectFilters).extend(stateSearch),
  component: lazyRouteComponent(() => import('./project/ProjectsPage.tsx'), 'ProjectsPage'),
})

const newProjectRoute = createRoute({
  getParentRoute: () => projectsRoute,
  path: '/new',
  component: lazyRouteComponent(() => import('./project/ProjectForm.tsx'), 'NewProject'),
})

const projectRoute = createRoute({
  getParentRoute: () => projectsRoute,
  path: '/$projectId',
  component: lazyRouteComponent(() => import('./project/ProjectDrawer.tsx'), 'ProjectDrawer'),
})

const editProjectRoute = createRoute({
  getParentRoute: () => projectsRoute,
  path: '/$projectId/edit',
  component: lazyRouteComponent(() => import('./project/ProjectForm.tsx'), 'EditProject'),
})

const domainsRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/domains',
  validateSearch: tableSearch(domainSorts, domainFilters).extend(stateSearch),
  component: lazyRouteComponent(() => import('./project/DomainsPage.tsx'), 'DomainsPage'),
})

/** No domain's name begins with a dash, so this address is nobody's. */
const newDomainRoute = createRoute({
  getParentRoute: () => domainsRoute,
  path: '/-/new',
  component: lazyRouteComponent(() => import('./project/DomainForm.tsx'), 'NewDomain'),
})

const domainRoute = createRoute({
  getParentRoute: () => domainsRoute,
  path: '/$name',
  component: lazyRouteComponent(() => import('./project/DomainForm.tsx'), 'EditDomain'),
})

const resourcesRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/resources',
  validateSearch: z.object({ group: z.string().optional().catch(undefined) }),
  component: lazyRouteComponent(() => import('./resource/OverviewPage.tsx'), 'OverviewPage'),
})

const groupsRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/resource-groups',
  validateSearch: tableSearch(groupSorts, groupFilters).extend(stateSearch),
  component: lazyRouteComponent(() => import('./group/GroupsPage.tsx'), 'GroupsPage'),
})

/** No group's name begins with a dash, so this address is nobody's. */
const newGroupRoute = createRoute({
  getParentRoute: () => groupsRoute,
  path: '/-/new',
  component: lazyRouteComponent(() => import('./group/GroupForm.tsx'), 'NewGroup'),
})

const groupRoute = createRoute({
  getParentRoute: () => groupsRoute,
  path: '/$name',
  validateSearch: triedSearch,
  component: lazyRouteComponent(() => import('./group/GroupForm.tsx'), 'EditGroup'),
})

const schedulerRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/scheduler',
  validateSearch: tableSearch(['position'], ['group']).extend(manySearch),
  component: lazyRouteComponent(() => import('./scheduler/SchedulerPage.tsx'), 'SchedulerPage'),
})

const queuedSessionRoute = createRoute({
  getParentRoute: () => schedulerRoute,
  path: '/$sessionId',
  validateSearch: sessionTab,
  component: lazyRouteComponent(
    () => import('./scheduler/QueuedSessionDrawer.tsx'),
    'QueuedSessionDrawer',
  ),
})

const schedulerDefaultsRoute = createRoute({
  getParentRoute: () => schedulerRoute,
  path: '/-/defaults',
  component: lazyRouteComponent(
    () => import('./scheduler/SchedulerDefaultsDrawer.tsx'),
    'SchedulerDefaultsDrawer',
  ),
})

const whatIfRoute = createRoute({
  getParentRoute: () => schedulerRoute,
  path: '/-/what-if',
  validateSearch: triedSearch,
  component: lazyRouteComponent(() => import('./scheduler/WhatIfDrawer.tsx'), 'WhatIfDrawer'),
})

const jobsRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/jobs',
  validateSearch: tableSearch(jobSorts, jobFilters),
  component: lazyRouteComponent(() => import('./job/JobsPage.tsx'), 'JobsPage'),
})

const jobRoute = createRoute({
  getParentRoute: () => jobsRoute,
  path: '/$jobId',
  component: lazyRouteComponent(() => import('./job/JobDrawer.tsx'), 'JobDrawer'),
})

const logRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/log',
  validateSearch: tableSearch(operationSorts, logFilters).extend({
    whose: z.literal('mine').optional().catch(undefined),
  }),
  component: lazyRouteComponent(() => import('./log/LogPage.tsx'), 'LogPage'),
})

const operationRoute = createRoute({
  getParentRoute: () => logRoute,
  path: '/$operationId',
  component: lazyRouteComponent(() => import('./log/OperationDrawer.tsx'), 'OperationDrawer'),
})

const accountRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/account',
  component: lazyRouteComponent(() => import('./account/AccountPage.tsx'), 'AccountPage'),
})

/** Whatever else is asked for: the frame stays, so that one can go on from there. */
const nowhereRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '$',
  component: NotFound,
})

const routeTree = rootRoute.addChildren([
  signInRoute,
  signedInRoute.addChildren([
    shellRoute.addChildren([
      startRoute,
      accountRoute,
      jobsRoute.addChildren([jobRoute]),
      logRoute.addChildren([operationRoute]),
      sessionsRoute.addChildren([sessionFormRoute, sessionRoute]),
      servicesRoute.addChildren([serviceFormRoute, serviceRoute]),
      nowhereRoute,
      agentsRoute.addChildren([connectRoute, agentRoute]),
      resourcesRoute,
      groupsRoute.addChildren([newGroupRoute, groupRoute]),
      schedulerRoute.addChildren([schedulerDefaultsRoute, whatIfRoute, queuedSessionRoute]),
      usersRoute.addChildren([newUserRoute, manyUsersRoute, userRoute, editUserRoute]),
      credentialsRoute.addChildren([newKeypairRoute, keypairRoute, editKeypairRoute]),
      projectsRoute.addChildren([newProjectRoute, projectRoute, editProjectRoute]),
      domainsRoute.addChildren([newDomainRoute, domainRoute]),
      policiesRoute.addChildren([newPolicyRoute, importPoliciesRoute, policyRoute]),
    ]),
    terminalRoute,
  ]),
])

export const createConsoleRouter = (context: RouterContext) =>
  createRouter({
    routeTree,
    context,
    defaultPreload: 'intent',
    // How old an answer may be is for its query to say.
    defaultPreloadStaleTime: 0,
    defaultPendingComponent: PageLoading,
    defaultErrorComponent: PageError,
    defaultNotFoundComponent: NotFound,
    scrollRestoration: true,
  })

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof createConsoleRouter>
  }
}
