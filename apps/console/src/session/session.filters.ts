/** Columns of the list of sessions that can be filtered by, named as in the list endpoint. */
export const sessionFilters = ['name', 'userEmail', 'image', 'type', 'status', 'agentId'] as const
