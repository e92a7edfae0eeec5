import { createHttpApp, type HttpApp } from '@capstan/runtime/http'
import { sql } from 'kysely'
import { accountRoutes } from './account/account.routes.ts'
import { secretsRoutes } from './account/secrets.routes.ts'
import { agentRoutes } from './agent/agent.routes.ts'
import { syncRoutes } from './agent/sync.routes.ts'
import type { App } from './app.ts'
import { operationRoutes } from './audit/operation.routes.ts'
import { domainRoutes } from './project/domain.routes.ts'
import { groupRoutes } from './group/group.routes.ts'
import { exportRoutes } from './export/export.routes.ts'
import { eventRoutes } from './http/events.ts'
import { serveConsole } from './http/static.ts'
import { jobRoutes } from './job/job.routes.ts'
import { passwordsRoutes } from './job/passwords.routes.ts'
import { imageRoutes } from './image/image.routes.ts'
import { joinTokenRoutes } from './machine/machine.routes.ts'
import { policyRoutes } from './policy/policy.routes.ts'
import { projectRoutes } from './project/project.routes.ts'
import { openRoutes } from './proxy/open.routes.ts'
import { proxyRoutes } from './proxy/proxy.routes.ts'
import { queueRoutes } from './scheduler/queue.routes.ts'
import { schedulerRoutes } from './scheduler/scheduler.routes.ts'
import { previewPriorityRoutes } from './scheduler/preview-priority.routes.ts'
import { whatIfRoutes } from './scheduler/what-if.routes.ts'
import { logRoutes } from './session/log.routes.ts'
import { searchRoutes } from './search/search.routes.ts'
import { serviceRoutes } from './service/service.routes.ts'
import { sessionRoutes } from './session/session.routes.ts'
import { storageRoutes } from './storage/storage.routes.ts'
import { systemRoutes } from './system/system.routes.ts'
import { keypairRoutes } from './user/keypair.routes.ts'
import { ownAccountRoutes } from './user/own-account.routes.ts'
import { userRoutes } from './user/user.routes.ts'

interface ServerOptions {
  /** With which agents are answered, where not as everybody. */
  readonly forMachines?: App
  readonly consoleFolder: string | undefined
  readonly signal: AbortSignal
}

/** All that the manager answers over HTTP. */
export function createServer(
  app: App,
  { forMachines = app, consoleFolder, signal }: ServerOptions,
): HttpApp {
  const ready = async (): Promise<string | undefined> => {
    await sql`select 1`.execute(app.db)
    return undefined
  }
  const http = createHttpApp({ log: app.log, ready })
  serveConsole(http, consoleFolder)
  accountRoutes(http, app)
  secretsRoutes(http, app)
  ownAccountRoutes(http, app)
  agentRoutes(http, app)
  syncRoutes(http, forMachines)
  domainRoutes(http, app)
  exportRoutes(http, app)
  groupRoutes(http, app)
  imageRoutes(http, app)
  jobRoutes(http, app)
  passwordsRoutes(http, app)
  joinTokenRoutes(http, app)
  policyRoutes(http, app)
  projectRoutes(http, app)
  schedulerRoutes(http, app)
  queueRoutes(http, app)
  whatIfRoutes(http, app)
  previewPriorityRoutes(http, app)
  searchRoutes(http, app)
  serviceRoutes(http, app)
  sessionRoutes(http, app)
  logRoutes(http, app)
  openRoutes(http, app)
  proxyRoutes(http, app)
  operationRoutes(http, app)
  storageRoutes(http, app)
  systemRoutes(http, app)
  userRoutes(http, app)
  keypairRoutes(http, app)
  eventRoutes(http, app, signal)
  return http
}
