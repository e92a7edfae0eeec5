/** Columns of the list of model services that can be filtered by, named as in the list endpoint. */
export const serviceFilters = ['name', 'userEmail', 'image'] as const
