import type { UserRole } from '@capstan/contract/role'
import { type Permission, permissions } from '@capstan/contract/permission'

/** Who can stand behind a request: a person by role, or a machine of ours by its token. */
export const roles = [
  'superadmin',
  'admin',
  'user',
  'agent',
  'proxy',
  'storage',
  'anonymous',
] as const
export type Role = (typeof roles)[number]

const people = ['superadmin', 'admin', 'user'] as const
const administrators = ['superadmin', 'admin'] as const
const everyone = [...roles]

/** Who may do what, before it is asked on which rows. The only table of its kind: routes, console and tests read it. */
export const grants: Readonly<Record<Permission, readonly Role[]>> = {
  public: everyone,
  self: people,
  'user.read': administrators,
  'user.create': administrators,
  'user.update': administrators,
  'keypair.read': administrators,
  'keypair.create': administrators,
  'keypair.update': administrators,
  'keypair.delete': administrators,
  'policy.read': administrators,
  'policy.create': ['superadmin'],
  'policy.update': ['superadmin'],
  'policy.delete': ['superadmin'],
  'domain.read': administrators,
  'domain.create': ['superadmin'],
  'domain.update': ['superadmin'],
  'project.read': people,
  'project.create': administrators,
  'project.update': administrators,
  'job.read': administrators,
  'job.create': administrators,
  'group.read': people,
  'group.create': ['superadmin'],
  'group.update': ['superadmin'],
  'group.delete': ['superadmin'],
  'scheduler.read': administrators,
  'scheduler.update': ['superadmin'],
  'image.read': people,
  'image.install': ['superadmin'],
  'session.create': people,
  'session.create_for': administrators,
  'session.designate': ['superadmin'],
  'session.read': people,
  'session.update': people,
  'session.terminate': people,
  'session.use': people,
  'service.create': people,
  'service.read': people,
  'service.update': people,
  'service.terminate': people,
  'agent.read': administrators,
  'agent.update': ['superadmin'],
  'agent.sync': ['agent'],
  'join_token.read': ['superadmin'],
  'join_token.create': ['superadmin'],
  'join_token.delete': ['superadmin'],
  'proxy.resolve': ['proxy'],
  'storage.report': ['storage'],
  'storage.read': administrators,
  'system.read': ['superadmin'],
}

export const may = (role: Role, permission: Permission): boolean =>
  grants[permission].includes(role)

/** What an account of this role may do, in the order of the permissions. */
export const permissionsOf = (role: UserRole): Permission[] =>
  permissions.filter(permission => may(role, permission))
