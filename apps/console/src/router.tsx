import { AppError } from '@capstan/contract/errors'
import { sessionSorts } from '@capstan/contract/session'
import { userSorts } from '@capstan/contract/user'
import { agentSorts } from '@capstan/contract/agent'
import type { QueryClient } from '@tanstack/react-query'
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
} from '@tanstack/react-router'
import * as z from 'zod'
import { accountQuery } from './api/account.ts'
import type { Live } from './api/live.ts'
import { agentFilters } from './agent/agent.filters.ts'
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

const sessionRoute = createRoute({
  getParentRoute: () => sessionsRoute,
  path: '/$sessionId',
  validateSearch: z.object({
    tab: z.enum(['overview', 'log', 'history', 'containers']).optional().catch(undefined),
  }),
  component: lazyRouteComponent(() => import('./session/SessionDrawer.tsx'), 'SessionDrawer'),
})

const terminalRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/sessions/$sessionId/terminal',
  validateSearch: z.object({ terminalId: z.uuid().optional().catch(undefined) }),
  component: lazyRouteComponent(() => import('./session/TerminalPage.tsx'), 'TerminalPage'),
})

const agentsRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/agents',
  validateSearch: tableSearch(agentSorts, agentFilters).extend({
    state: z.enum(['connected', 'terminated']).optional().catch(undefined),
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

const usersRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/users',
  validateSearch: tableSearch(userSorts, userFilters).extend({
    state: z.literal('inactive').optional().catch(undefined),
  }),
  component: lazyRouteComponent(() => import('./user/UsersPage.tsx'), 'UsersPage'),
})

const newUserRoute = createRoute({
  getParentRoute: () => usersRoute,
  path: '/new',
  component: lazyRouteComponent(() => import('./user/UserForm.tsx'), 'NewUser'),
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
      sessionsRoute.addChildren([sessionFormRoute, sessionRoute]),
      nowhereRoute,
      agentsRoute.addChildren([connectRoute, agentRoute]),
      usersRoute.addChildren([newUserRoute, userRoute, editUserRoute]),
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
