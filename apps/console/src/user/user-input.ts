import type { userApi, UserDetails } from '@capstan/contract/user'
import type * as z from 'zod'

/** What stands in the fields of the form for a person. */
export type UserFormValues = {
  email: string
  name: string
  fullName: string
  password: string
  repeat: string
  description: string
  role: UserDetails['role']
  projectIds: string[]
  policy: string
  isPasswordChangeRequired: boolean
  isSudoEnabled: boolean
}

export const blankUser: UserFormValues = {
  email: '',
  name: '',
  fullName: '',
  password: '',
  repeat: '',
  description: '',
  role: 'user',
  projectIds: [],
  policy: 'default',
  isPasswordChangeRequired: true,
  isSudoEnabled: false,
}

export const valuesOf = (user: UserDetails): UserFormValues => ({
  ...blankUser,
  email: user.email,
  name: user.name,
  fullName: user.fullName,
  description: user.description,
  role: user.role,
  // Everybody of the domain is in its model stores, whatever is chosen.
  projectIds: user.projects.filter(({ type }) => type === 'general').map(({ id }) => id),
  policy: user.policy,
  isPasswordChangeRequired: user.isPasswordChangeRequired,
  isSudoEnabled: user.isSudoEnabled,
})

/** No project chosen: the server puts them into those of the domain. */
export function toCreate({
  repeat: _,
  projectIds,
  ...values
}: UserFormValues): z.input<typeof userApi.create.input> {
  return { ...values, ...(projectIds.length > 0 && { projectIds }) }
}

/** Only what was changed, so that two who edit the same person do not undo each other's work. */
export function toUpdate(
  { repeat: _, email: __, password, ...values }: UserFormValues,
  user: UserDetails,
): z.input<typeof userApi.update.input> {
  const before: Readonly<Record<string, unknown>> = valuesOf(user)
  const changed = Object.entries(values).filter(
    ([name, value]) => JSON.stringify(value) !== JSON.stringify(before[name]),
  )
  return { id: user.id, ...Object.fromEntries(changed), ...(password !== '' && { password }) }
}
