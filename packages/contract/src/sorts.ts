/** What lists can be sorted by. Apart from their schemas: the console reads addresses before it needs those. */
export const userSorts = ['email', 'name', 'role', 'createdAt'] as const
export const keypairSorts = ['userEmail', 'createdAt', 'accessKey'] as const
export const policySorts = ['name', 'createdAt'] as const
export const projectSorts = ['name', 'createdAt'] as const
export const serviceSorts = ['createdAt', 'name', 'userEmail'] as const
export const jobSorts = ['createdAt'] as const
export const domainSorts = ['name', 'createdAt'] as const
export const groupSorts = ['name', 'createdAt', 'scheduler', 'selector'] as const
export const operationSorts = ['at'] as const
export const deviceSorts = ['agentId'] as const
export const agentSorts = [
  'id',
  'resourceGroup',
  'firstContactAt',
  'lastContactAt',
  'lostAt',
] as const
