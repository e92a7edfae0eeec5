import { keypairApi } from '@capstan/contract/keypair'
import { userApi } from '@capstan/contract/user'
import { useQueryClient } from '@tanstack/react-query'

/** Reads again whatever shows people, after one of them was changed. */
export function useRefreshUsers(): () => void {
  const queries = useQueryClient()
  return () => {
    for (const { path } of [userApi.list, userApi.show, keypairApi.list])
      void queries.invalidateQueries({ queryKey: [path] })
  }
}
