/** What an operation needs its caller to hold. Which role holds what is in core/access.ts. */
export const permissions = [
  'public',
  'self',
  'project.read',
  'group.read',
  'image.read',
  'image.install',
  'session.create',
  'session.read',
  'session.update',
  'session.terminate',
  'session.use',
  'agent.read',
  'agent.update',
  'agent.sync',
  'join_token.read',
  'join_token.create',
  'join_token.delete',
  'proxy.resolve',
  'storage.report',
  'storage.read',
  'system.read',
] as const

export type Permission = (typeof permissions)[number]
