/** Where the whole of a list is had as a file. Apart from the schemas: the console's tables know no more than their path. */
export const exportPath = (listPath: `/${string}`): `/${string}` => `/exports${listPath}`

/** Lists that can be had as a file. */
export const exportedLists: readonly string[] = [
  '/domains',
  '/keypairs',
  '/keypair-policies',
  '/operations',
  '/projects',
  '/project-policies',
  '/services',
  '/sessions',
  '/users',
  '/user-policies',
]
