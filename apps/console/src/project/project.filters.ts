/** Columns of the lists that can be filtered by, named as in the list endpoints. */
export const projectFilters = ['name', 'description', 'domainName', 'type', 'policy'] as const
export const domainFilters = ['name', 'description'] as const
