import type { Endpoint } from '@capstan/contract/endpoint'
import { useQueryClient } from '@tanstack/react-query'

/** Reads again whatever shows the answers of these endpoints, after something of theirs was changed. */
export function useRefresh(...endpoints: readonly Pick<Endpoint, 'path'>[]): () => void {
  const queries = useQueryClient()
  return () => {
    for (const { path } of endpoints) void queries.invalidateQueries({ queryKey: [path] })
  }
}
