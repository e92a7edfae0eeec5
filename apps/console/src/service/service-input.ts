import type { serviceApi } from '@capstan/contract/service'
import type * as z from 'zod'
import {
  sessionField,
  type SessionFormValues,
  toNumber,
  toSessionInput,
} from '../session/session-input.ts'

/** The request that stands for the form of a new service: that of one of its replicas, and how many there are to be. */
export function toServiceInput(
  values: SessionFormValues,
  projectId: string,
): z.input<typeof serviceApi.create.input> {
  const { name, imageId, resourceGroup, resources, shmemBytes, environ, priority, isPreemptible } =
    toSessionInput(values, projectId)
  return {
    name,
    projectId,
    imageId,
    resourceGroup,
    resources,
    shmemBytes,
    environ,
    priority,
    isPreemptible,
    startupCommand: values.startupCommand,
    replicaCount: toNumber(values.replicaCount ?? ''),
  }
}

/** The field of the form at which a path of the request is shown: which sessions are taken is a matter of the resource group. */
export const serviceField = (path: string): string =>
  path === 'type' ? 'resourceGroup' : sessionField(path)
