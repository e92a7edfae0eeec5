/** Columns of the list of keypairs that can be filtered by, named as in the list endpoint. */
export const keypairFilters = ['accessKey', 'userEmail', 'policy'] as const
