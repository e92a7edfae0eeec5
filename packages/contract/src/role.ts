import * as z from 'zod'

export const userRoles = ['superadmin', 'admin', 'user'] as const
/** `admin` administers one domain. */
export const UserRole = z.enum(userRoles)
export type UserRole = z.infer<typeof UserRole>
