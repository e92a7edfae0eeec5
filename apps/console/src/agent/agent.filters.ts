/** Columns of the list of agents that can be filtered by, named as in the list endpoint. */
export const agentFilters = ['id', 'address', 'resourceGroup'] as const
