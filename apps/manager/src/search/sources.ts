import type { Permission } from '@capstan/contract/permission'
import type { SearchKind } from '@capstan/contract/search'
import { endedStatuses } from '@capstan/core/session'
import { type RawBuilder, sql } from 'kysely'
import type { Scope } from '../db/scope.ts'
import { openTo } from '../group/access.store.ts'
import type { Person } from '../http/actor.ts'
import { offered } from '../image/image.store.ts'
import { within as domainsWithin } from '../project/domain.store.ts'
import { within as projectsWithin } from '../project/project.store.ts'
import { within as servicesWithin } from '../service/service.store.ts'
import { within as usersWithin } from '../user/user.store.ts'
import { keypairKind, type PolicyKind, projectKind, userKind } from '../policy/policy.kinds.ts'
import { sessionCandidates, userCandidates, userColumns } from './candidates.ts'
import { type Asked, holds } from './text.ts'

type Sql = RawBuilder<unknown>

/** Where things of a kind stand, and how a hit reads. All of it is SQL. */
export interface Source {
  readonly from: Sql
  readonly id: Sql
  readonly name: Sql
  readonly detail: Sql
  readonly isActive: Sql
  /** What is compared with the text. */
  readonly columns: readonly Sql[]
  /** What the caller sees of these, and what of that may be a hit. */
  readonly where: readonly Sql[]
  /** Between equals. */
  readonly order: Sql
}

interface Kind {
  /** Without it nothing of this kind is found. */
  readonly permission: Permission
  readonly source: (asked: Asked, caller: Person) => Source
}

const yes = sql`true`

/** What has a table of a few thousand rows at most, which are read, or is found by an index of parts of names. */
const named = (
  asked: Asked,
  given: Omit<Source, 'id' | 'columns' | 'order' | 'isActive'> & Partial<Source>,
): Source => ({
  id: given.name,
  columns: [given.name],
  isActive: yes,
  order: given.name,
  ...given,
  where: [holds(given.columns ?? [given.name], asked), ...given.where],
})

const policies = <R extends { name: string; createdAt: Date }, W>({
  table,
}: PolicyKind<R, W>): Kind => ({
  permission: 'policy.read',
  source: asked =>
    named(asked, { from: sql`${table} p`, name: sql`p.name`, detail: sql`''`, where: [] }),
})

/** Whose it is, for those who see those of others too, and of which project. */
const detailFor = ({ reach }: Scope): Sql =>
  reach === 'user' ? sql`p.name` : sql`u.email || ' · ' || p.name`

const sessions: Kind = {
  permission: 'session.read',
  source: (asked, { scope }) => ({
    from: sql`session s join project p on p.id = s.project_id join "user" u on u.id = s.user_id`,
    id: sql`s.id`,
    name: sql`s.name`,
    detail: detailFor(scope),
    isActive: sql`s.status not in (${sql.join(endedStatuses.map(status => sql.lit(status)))})`,
    columns: [sql`s.name`],
    where: [sessionCandidates(asked, scope)],
    // Newest first: ids are in the order of creation (UUIDv7).
    order: sql`s.id desc`,
  }),
}

const users: Kind = {
  permission: 'user.read',
  source: (asked, { scope }) => ({
    from: sql`"user" u`,
    id: sql`u.id`,
    name: sql`u.email`,
    detail: sql`concat_ws(' · ', u.name, nullif(u.full_name, ''))`,
    isActive: sql`u.status = 'active'`,
    columns: userColumns,
    where: [userCandidates(asked, scope)],
    order: sql`u.email`,
  }),
}

/** Every access key begins with these: they say nothing. */
const keyBegin = 'AKIA'

const keypairs: Kind = {
  permission: 'keypair.read',
  source: (asked, { scope }) => ({
    from: sql`keypair k join "user" u on u.id = k.user_id`,
    id: sql`k.access_key`,
    name: sql`k.access_key`,
    detail: sql`u.email`,
    isActive: sql`k.is_active`,
    columns: [sql`k.access_key`],
    where: [
      sql`k.access_key collate "C" ^@ upper(${asked.text}::text)`,
      // No more than what all have would read and sort every key.
      sql.lit(asked.text.length > keyBegin.length),
      ...usersWithin(scope),
    ],
    order: sql`k.access_key collate "C"`,
  }),
}

/** What can be found, kind by kind. */
export const kinds: Readonly<Record<SearchKind, Kind>> = {
  session: sessions,
  service: {
    permission: 'service.read',
    source: (asked, { scope }) =>
      named(asked, {
        from: sql`service v join project p on p.id = v.project_id join "user" u on u.id = v.user_id`,
        id: sql`v.id`,
        name: sql`v.name`,
        detail: detailFor(scope),
        isActive: sql`v.ended_at is null`,
        where: servicesWithin(scope),
        order: sql`v.id desc`,
      }),
  },
  user: users,
  keypair: keypairs,
  project: {
    permission: 'project.read',
    source: (asked, { scope }) =>
      named(asked, {
        from: sql`project p join domain d on d.id = p.domain_id`,
        id: sql`p.id`,
        name: sql`p.name`,
        detail: sql`d.name`,
        isActive: sql`p.is_active`,
        where: projectsWithin(scope),
      }),
  },
  domain: {
    permission: 'domain.read',
    source: (asked, { scope }) =>
      named(asked, {
        from: sql`domain d`,
        name: sql`d.name`,
        detail: sql`d.description`,
        isActive: sql`d.is_active`,
        where: domainsWithin(scope),
      }),
  },
  keypairPolicy: policies(keypairKind),
  userPolicy: policies(userKind),
  projectPolicy: policies(projectKind),
  group: {
    permission: 'group.read',
    source: (asked, caller) =>
      named(asked, {
        from: sql`resource_group g`,
        name: sql`g.name`,
        detail: sql`g.description`,
        isActive: sql`g.is_active`,
        where: caller.role === 'superadmin' ? [] : [openTo(caller)],
      }),
  },
  image: {
    permission: 'image.read',
    source: asked =>
      named(asked, {
        from: sql`image i`,
        id: sql`i.id`,
        name: sql`i.reference`,
        detail: sql`i.architecture`,
        where: offered(yes),
      }),
  },
  agent: {
    permission: 'agent.read',
    source: asked =>
      named(asked, {
        from: sql`agent a`,
        name: sql`a.id`,
        detail: sql`concat_ws(' · ', a.resource_group, nullif(a.address, ''))`,
        isActive: sql`a.status = 'connected'`,
        columns: [sql`a.id`, sql`a.address`],
        where: [],
      }),
  },
}
