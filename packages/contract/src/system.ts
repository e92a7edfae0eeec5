import * as z from 'zod'
import { endpoint } from './endpoint.ts'

const version = endpoint({
  method: 'GET',
  path: '/version',
  summary: 'Version of this manager and of its API',
  permission: 'public',
  input: z.strictObject({}),
  output: z.object({ version: z.string(), apiVersion: z.string() }),
  errors: [],
})

const setup = endpoint({
  method: 'GET',
  path: '/setup',
  summary: 'How far a new installation has come: what a first session still needs',
  permission: 'self',
  input: z.strictObject({}),
  output: z.object({
    connectedAgents: z.int(),
    /** Agents on which a container engine answers. */
    engineAgents: z.int(),
    /** Agents that can build the base image by themselves. */
    buildAgents: z.int(),
    /** Container images that sessions can start from. */
    containerImages: z.int(),
    /** Images of the process driver: the nodes' own file systems. */
    localImages: z.int(),
    hasProxy: z.boolean(),
    /** Sessions that this account ever started. */
    mySessions: z.int(),
  }),
  errors: [],
})

export const systemApi = { version, setup }
