import { AppError } from '@capstan/contract/errors'
import {
  keypairPolicyApi,
  type PolicyImpact,
  projectPolicyApi,
  userPolicyApi,
} from '@capstan/contract/policy'
import type { HttpApp } from '@capstan/runtime/http'
import type { App } from '../app.ts'
import { audit } from '../audit/audit.store.ts'
import type { Tx } from '../db/db.ts'
import type { Actor } from '../http/actor.ts'
import { mount, type Request } from '../http/mount.ts'
import { importHandlers } from './import.ts'
import { listOver, mostNamed } from './over.ts'
import { keypairKind, type PolicyKind, projectKind, userKind } from './policy.kinds.ts'
import * as store from './policy.store.ts'

export function policyRoutes(http: HttpApp, app: App): void {
  const keypair = handlersOf(keypairKind)
  mount(http, app, keypairPolicyApi.list, keypair.list)
  mount(http, app, keypairPolicyApi.show, keypair.show)
  mount(http, app, keypairPolicyApi.create, keypair.create)
  mount(http, app, keypairPolicyApi.update, keypair.update)
  mount(http, app, keypairPolicyApi.preview, previewKeypair)
  mount(http, app, keypairPolicyApi.remove, keypair.remove)
  const keypairFile = importHandlers(keypairKind, keypairPolicyApi.create.input, listOver)
  mount(http, app, keypairPolicyApi.checkImport, keypairFile.check)
  mount(http, app, keypairPolicyApi.import, keypairFile.run)
  const user = handlersOf(userKind)
  mount(http, app, userPolicyApi.list, user.list)
  mount(http, app, userPolicyApi.show, user.show)
  mount(http, app, userPolicyApi.create, user.create)
  mount(http, app, userPolicyApi.update, user.update)
  mount(http, app, userPolicyApi.preview, user.preview)
  mount(http, app, userPolicyApi.remove, user.remove)
  const userFile = importHandlers(userKind, userPolicyApi.create.input)
  mount(http, app, userPolicyApi.checkImport, userFile.check)
  mount(http, app, userPolicyApi.import, userFile.run)
  const project = handlersOf(projectKind)
  mount(http, app, projectPolicyApi.list, project.list)
  mount(http, app, projectPolicyApi.show, project.show)
  mount(http, app, projectPolicyApi.create, project.create)
  mount(http, app, projectPolicyApi.update, project.update)
  mount(http, app, projectPolicyApi.preview, project.preview)
  mount(http, app, projectPolicyApi.remove, project.remove)
  const projectFile = importHandlers(projectKind, projectPolicyApi.create.input)
  mount(http, app, projectPolicyApi.checkImport, projectFile.check)
  mount(http, app, projectPolicyApi.import, projectFile.run)
}

interface Named {
  readonly name: string
  readonly [limit: string]: unknown
}

type Policy = { readonly followerCount: number } & Readonly<Record<string, unknown>>

/** The operations that all kinds of policy have alike. */
function handlersOf<R extends { name: string; createdAt: Date }, W extends Policy>(
  kind: PolicyKind<R, W>,
) {
  const found = async (tx: Tx, name: string): Promise<W> => {
    const policy = await store.find(tx, kind, name)
    if (!policy) throw new AppError('policy_not_found', { detail: `There is no policy ${name}` })
    return policy
  }
  const inTransaction = <T>(app: App, work: (tx: Tx) => Promise<T>): Promise<T> =>
    app.db.transaction().execute(work)

  return {
    list: (app: App, _: Actor, filter: store.PolicyFilter) => store.list(app.db, kind, filter),

    show: (app: App, _: Actor, { name }: Named) => inTransaction(app, tx => found(tx, name)),

    create: (app: App, actor: Actor, { name, ...limits }: Named, request: Request) =>
      inTransaction(app, async tx => {
        if (!(await store.insert(tx, kind, name, limits)))
          throw new AppError('policy_name_taken', {
            issues: [{ path: 'name', message: `${name} is taken` }],
          })
        const after = await found(tx, name)
        const operation = `${kind.noun}.create`
        await audit(tx, actor, request, { operation, target: name, before: null, after })
        return after
      }),

    update: async (app: App, actor: Actor, { name, ...limits }: Named, request: Request) => {
      const changed = await inTransaction(app, async tx => {
        await store.lock(tx, kind, [name])
        const before = await found(tx, name)
        await store.update(tx, kind, name, limits)
        const after = await found(tx, name)
        const operation = `${kind.noun}.update`
        await audit(tx, actor, request, { operation, target: name, before, after })
        return after
      })
      // Whoever waited for a limit may start now.
      app.wake(['scheduler'])
      return changed
    },

    preview: async (app: App, _: Actor, { name }: Named): Promise<PolicyImpact> => {
      const { followerCount } = await inTransaction(app, tx => found(tx, name))
      return { followerCount, overCount: 0, over: [] }
    },

    remove: (
      app: App,
      actor: Actor,
      { name, reassignTo }: { name: string; reassignTo?: string | undefined },
      request: Request,
    ) =>
      inTransaction(app, async tx => {
        await store.lock(tx, kind, reassignTo === undefined ? [name] : [name, reassignTo])
        const before = await found(tx, name)
        const reassigned = await giveAway(tx, name, reassignTo, before)
        await store.remove(tx, kind, name)
        const operation = `${kind.noun}.remove`
        await audit(tx, actor, request, { operation, target: name, before, after: null })
        return { reassigned }
      }),
  }

  /** Its followers get another policy, or there must be none. */
  async function giveAway(
    tx: Tx,
    name: string,
    to: string | undefined,
    { followerCount }: Policy,
  ): Promise<number> {
    if (to === undefined) {
      if (followerCount === 0) return 0
      const verb = kind.words[followerCount === 1 ? 0 : 1]
      throw new AppError('policy_in_use', {
        detail: `${followerCount} ${verb} ${name}: give them another policy first, or name one with reassignTo`,
      })
    }
    const other = to === name ? undefined : await store.find(tx, kind, to)
    if (!other)
      throw new AppError('invalid_input', {
        issues: [{ path: 'reassignTo', message: 'not another policy of this kind' }],
        detail: 'reassignTo: not another policy of this kind',
      })
    return store.reassign(tx, kind, name, to)
  }
}

/** POL-08: how many keypairs follow it, and which have more running than the new limits allow. */
async function previewKeypair(
  app: App,
  _: Actor,
  { name, ...changes }: Named,
): Promise<PolicyImpact> {
  const policy = await store.find(app.db, keypairKind, name)
  if (!policy) throw new AppError('policy_not_found', { detail: `There is no policy ${name}` })
  const over = await listOver(app.db, [{ ...policy, ...changes }])
  return {
    followerCount: policy.followerCount,
    overCount: over.length,
    over: over
      .slice(0, mostNamed)
      .map(({ follower, owner, message }) => ({ follower, owner, message })),
  }
}
