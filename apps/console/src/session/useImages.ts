import { imageApi } from '@capstan/contract/image'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { query } from '../api/call.ts'

/** Images that agents of a group have. More than fit one page are found by name on the server once there are that many. */
export const useImages = (resourceGroup: string) =>
  useQuery({
    ...query(imageApi.list, { resourceGroup, limit: 200, sort: 'reference' }),
    placeholderData: keepPreviousData,
  })
