import { type exportFormats, exportApi } from '@capstan/contract/export'
import type { Endpoint } from '@capstan/contract/endpoint'
import { domainApi } from '@capstan/contract/domain'
import { keypairApi } from '@capstan/contract/keypair'
import { operationApi } from '@capstan/contract/operation'
import { keypairPolicyApi, projectPolicyApi, userPolicyApi } from '@capstan/contract/policy'
import { projectApi } from '@capstan/contract/project'
import { serviceApi } from '@capstan/contract/service'
import { sessionApi } from '@capstan/contract/session'
import { userApi } from '@capstan/contract/user'
import type { HttpApp } from '@capstan/runtime/http'
import type * as z from 'zod'
import type { App } from '../app.ts'
import { audit } from '../audit/audit.store.ts'
import * as operations from '../audit/operation.store.ts'
import { type Person, person } from '../http/actor.ts'
import { type FileAnswer, mountFile } from '../http/mount.ts'
import { keypairKind, projectKind, userKind } from '../policy/policy.kinds.ts'
import * as policies from '../policy/policy.store.ts'
import * as domains from '../project/domain.store.ts'
import * as projects from '../project/project.store.ts'
import * as services from '../service/service.store.ts'
import * as sessions from '../session/session.store.ts'
import * as keypairs from '../user/keypair.store.ts'
import * as users from '../user/user.store.ts'
import { csvPieces, jsonPieces } from './pieces.ts'
import { streamOf } from '../http/stream.ts'

/** Rows that are read at once: what an export holds in memory, however long it is. */
const pageRows = 1000

interface Asked {
  readonly format: (typeof exportFormats)[number]
  readonly fileName?: string | undefined
  readonly bom: boolean
}

interface Paged {
  readonly cursor: string | undefined
  readonly limit: number
}

interface Page<T> {
  readonly items: readonly T[]
  readonly nextCursor: string | null
}

/** PLS-04: each list, whole, as its filters show it or as it was picked. */
export function exportRoutes(http: HttpApp, app: App): void {
  const { db } = app
  const {
    domain,
    keypair,
    keypairPolicy,
    operation,
    project,
    projectPolicy,
    service,
    session,
    user,
    userPolicy,
  } = exportApi
  const mountOf = mountExport(http, app)
  mountOf('user', user, userApi.list, ({ scope }, filter) => users.list(db, scope, filter))
  mountOf('keypair', keypair, keypairApi.list, ({ scope }, filter) =>
    keypairs.list(db, scope, filter),
  )
  mountOf('project', project, projectApi.list, ({ scope }, filter) =>
    projects.list(db, scope, filter),
  )
  mountOf('domain', domain, domainApi.list, ({ scope }, filter) => domains.list(db, scope, filter))
  mountOf('service', service, serviceApi.list, ({ scope }, filter) =>
    services.list(db, scope, filter),
  )
  mountOf('session', session, sessionApi.list, ({ scope }, filter) =>
    sessions.list(db, scope, filter),
  )
  mountOf('operation', operation, operationApi.list, (by, filter) =>
    operations.list(db, by, filter),
  )
  mountOf('keypairPolicy', keypairPolicy, keypairPolicyApi.list, (_, filter) =>
    policies.list(db, keypairKind, filter),
  )
  mountOf('userPolicy', userPolicy, userPolicyApi.list, (_, filter) =>
    policies.list(db, userKind, filter),
  )
  mountOf('projectPolicy', projectPolicy, projectPolicyApi.list, (_, filter) =>
    policies.list(db, projectKind, filter),
  )
}

/** Answers an export with what `read` finds; the fields are those of the items of `list`. */
const mountExport =
  (http: HttpApp, app: App) =>
  <A extends Asked, T>(
    noun: keyof typeof exportApi,
    endpoint: Endpoint<z.ZodType<A>>,
    list: Endpoint<z.ZodType, z.ZodObject<{ items: z.ZodArray<z.ZodObject> }>>,
    read: (by: Person, filter: Omit<A, keyof Asked> & Paged) => Promise<Page<T>>,
  ): void =>
    mountFile(http, app, endpoint, async (_, actor, asked, request): Promise<FileAnswer> => {
      const { format, fileName, bom, ...filter } = asked
      const pages = pagesOf(page => read(person(actor), { ...filter, ...page }))
      const item = list.output.shape.items.element
      const isCsv = format === 'csv'
      const body = await streamOf(isCsv ? csvPieces(pages, item, bom) : jsonPieces(pages))
      const name = fileName ?? `${list.path.slice(1)}.${format}`
      const operation = `${noun}.export`
      await audit(app.db, actor, request, { operation, target: name, before: null, after: filter })
      return { name, type: isCsv ? 'text/csv; charset=utf-8' : 'application/json', body }
    })

/** A list page by page, each read when it is wanted. */
async function* pagesOf<T>(
  read: (page: Paged) => Promise<Page<T>>,
): AsyncGenerator<readonly T[], void> {
  for (let cursor: string | undefined; ;) {
    const page = await read({ cursor, limit: pageRows })
    yield page.items
    if (page.nextCursor === null) return
    cursor = page.nextCursor
  }
}
