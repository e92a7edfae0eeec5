import { accountApi } from '@capstan/contract/account'
import type { Permission } from '@capstan/contract/permission'
import { useSuspenseQuery } from '@tanstack/react-query'
import { query } from './call.ts'

/** Who is signed in. Read once by the guard of all pages but sign-in, so that pages find it there. */
export const accountQuery = { ...query(accountApi.show, {}), staleTime: 60_000 }

export const useAccount = () => useSuspenseQuery(accountQuery).data

/** Whether the person signed in may do something, by the permission that the endpoint asks for. */
export function useMay(): (permission: Permission) => boolean {
  const { permissions } = useAccount()
  return permission => permissions.includes(permission)
}
