/** What can be done with many keypairs in one go. */
export const manyKeypairActions = [
  'activate',
  'deactivate',
  'setPolicy',
  'setRate',
  'remove',
] as const

export type ManyKeypairAction = (typeof manyKeypairActions)[number]
