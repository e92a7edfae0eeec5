/** What can be done with many users in one go. */
export const manyUserActions = [
  'activate',
  'deactivate',
  'setPolicy',
  'setRole',
  'join',
  'leave',
  'requireChange',
] as const

export type ManyUserAction = (typeof manyUserActions)[number]
