/** Columns of the list of jobs that can be filtered by, named as in the list endpoint. */
export const jobFilters = ['kind', 'status', 'createdBy'] as const
