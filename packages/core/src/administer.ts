import type { ErrorCode } from '@capstan/contract/errors'
import type { UserRole } from '@capstan/contract/role'

/** Who administers one domain makes nobody the administrator of all, and touches none of those: why not, or null. */
export const whyNotAdminister = (adminRole: UserRole, role: UserRole): string | null =>
  role === 'superadmin' && adminRole !== 'superadmin'
    ? 'Only a superadmin may do that to a superadmin'
    : null

/** Why a keypair cannot be deleted, or null (KEY-06). */
export function whyNotRemove({
  isMain,
  isActive,
  userEmail,
}: {
  readonly isMain: boolean
  readonly isActive: boolean
  readonly userEmail: string
}): { code: ErrorCode; message: string } | null {
  if (isMain)
    return {
      code: 'keypair_is_main',
      message: `It is the main keypair of ${userEmail}: choose another one for them first`,
    }
  return isActive ? { code: 'keypair_is_active', message: 'Deactivate it first' } : null
}
