import * as z from 'zod'
import { endpoint } from './endpoint.ts'

export const Project = z.object({
  id: z.uuid(),
  name: z.string(),
  domainName: z.string(),
  type: z.enum(['general', 'model-store']),
  description: z.string(),
  isActive: z.boolean(),
})
export type Project = z.infer<typeof Project>

const list = endpoint({
  method: 'GET',
  path: '/projects',
  summary: 'List the projects that you see',
  permission: 'project.read',
  input: z.strictObject({}),
  output: z.object({ items: z.array(Project) }),
  errors: [],
})

export const projectApi = { list }
