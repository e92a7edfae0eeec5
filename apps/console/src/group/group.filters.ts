/** Columns of the list of resource groups that can be filtered by, named as in the list endpoint. */
export const groupFilters = ['name', 'description', 'isPublic', 'scheduler', 'selector'] as const
