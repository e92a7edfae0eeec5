import type { userApi, UserDetails } from '@capstan/contract/user'
import type * as z from 'zod'
import { changedOnly } from '../ui/changed-only.ts'
import { type Consequences, nothingElse } from './Consequences.tsx'

/** What stands in the fields of the form for a person. */
export type UserFormValues = {
  email: string
  name: string
  fullName: string
  password: string
  repeat: string
  description: string
  status: UserDetails['status']
  domainName: string
  role: UserDetails['role']
  projectIds: string[]
  policy: string
  /** Of the keypair that is made with them. */
  keypairPolicy: string
  isPasswordChangeRequired: boolean
  isSudoEnabled: boolean
  isTotpEnabled: boolean
  /** What is to become of what they have, when they are deactivated. */
  consequences: Consequences
}

export const blankUser: Omit<UserFormValues, 'domainName'> = {
  email: '',
  name: '',
  fullName: '',
  password: '',
  repeat: '',
  description: '',
  status: 'active',
  role: 'user',
  projectIds: [],
  policy: 'default',
  keypairPolicy: 'default',
  isPasswordChangeRequired: true,
  isSudoEnabled: false,
  isTotpEnabled: false,
  consequences: nothingElse,
}

export const valuesOf = (user: UserDetails): UserFormValues => ({
  ...blankUser,
  email: user.email,
  name: user.name,
  fullName: user.fullName,
  description: user.description,
  status: user.status,
  domainName: user.domainName,
  role: user.role,
  // Everybody of the domain is in its model stores, whatever is chosen.
  projectIds: user.projects.filter(({ type }) => type === 'general').map(({ id }) => id),
  policy: user.policy,
  isPasswordChangeRequired: user.isPasswordChangeRequired,
  isSudoEnabled: user.isSudoEnabled,
  isTotpEnabled: user.isTotpEnabled,
})

/** No project chosen: the server puts them into those of the domain. */
export function toCreate({
  repeat: _,
  consequences: _none,
  isTotpEnabled: _off,
  projectIds,
  ...values
}: UserFormValues): z.input<typeof userApi.create.input> {
  return { ...values, ...(projectIds.length > 0 && { projectIds }) }
}

/** Only what was changed, so that two who edit the same person do not undo each other's work. */
export function toUpdate(
  {
    repeat: _,
    email: _stays,
    keypairPolicy: _others,
    password,
    consequences,
    ...values
  }: UserFormValues,
  user: UserDetails,
): z.input<typeof userApi.update.input> {
  const { isTotpEnabled, ...changed } = changedOnly(values, valuesOf(user))
  return {
    id: user.id,
    ...changed,
    // Nobody can turn it on for others.
    ...(isTotpEnabled === false && { isTotpEnabled }),
    ...(password !== '' && { password }),
    ...(isDeactivated(values, user) && consequences),
  }
}

export const isDeactivated = (
  { status }: Pick<UserFormValues, 'status'>,
  user: Pick<UserDetails, 'status'>,
): boolean => user.status === 'active' && status !== 'active'
