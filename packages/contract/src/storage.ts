import * as z from 'zod'
import { endpoint } from './endpoint.ts'

export const VolumeReport = z.object({
  name: z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/),
  path: z.string().max(1024),
  backend: z.string().max(32),
  capabilities: z.array(z.string().max(32)).max(20),
  capacityBytes: z.number().min(0),
  usedBytes: z.number().min(0),
})
export type VolumeReport = z.infer<typeof VolumeReport>

const join = endpoint({
  method: 'POST',
  path: '/storages/join',
  summary: 'Register a storage proxy with a join token',
  permission: 'public',
  input: z.strictObject({
    joinToken: z.string().max(200),
    id: z.string().regex(/^[a-z0-9][a-z0-9.-]{0,63}$/),
  }),
  output: z.object({ token: z.string() }),
  errors: ['bad_join_token'],
})

const report = endpoint({
  method: 'POST',
  path: '/storages/report',
  summary: 'Say that this storage proxy is alive, where, and what its volumes hold',
  permission: 'storage.report',
  input: z.strictObject({
    address: z.url().max(256),
    version: z.string().max(64),
    volumes: z.array(VolumeReport).max(100),
  }),
  output: z.object({}),
  errors: [],
})

const list = endpoint({
  method: 'GET',
  path: '/volumes',
  summary: 'List volumes with their usage and capacity',
  permission: 'storage.read',
  input: z.strictObject({}),
  output: z.object({
    items: z.array(
      VolumeReport.extend({
        storageId: z.string(),
        address: z.string(),
        isConnected: z.boolean(),
        reportedAt: z.iso.datetime(),
      }),
    ),
  }),
  errors: [],
})

export const storageApi = { join, report, list }
