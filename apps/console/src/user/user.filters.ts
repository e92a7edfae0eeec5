/** Columns of the list of users that can be filtered by, named as in the list endpoint. */
export const userFilters = [
  'email',
  'name',
  'fullName',
  'description',
  'role',
  'domainName',
  'policy',
] as const
