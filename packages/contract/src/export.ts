import * as z from 'zod'
import { domainApi } from './domain.ts'
import { endpoint, type Endpoint } from './endpoint.ts'
import { exportPath } from './export-path.ts'
import { keypairApi } from './keypair.ts'
import { listOf } from './paging.ts'
import { operationApi } from './operation.ts'
import { keypairPolicyApi, projectPolicyApi, userPolicyApi } from './policy.ts'
import { projectApi } from './project.ts'
import { serviceApi } from './service.ts'
import { sessionApi } from './session.ts'
import { line } from './text.ts'
import { userApi } from './user.ts'

export const exportFormats = ['csv', 'json'] as const

/** What a file that is saved cannot be named on some system. */
const notInNames = /[/\\:*?"<>|]/

export const FileName = line(255)
  .min(1, 'at least 1 character')
  .refine(name => !notInNames.test(name), 'none of / \\ : * ? " < > |')

/** The most rows that can be picked one by one. */
export const mostPicked = 200

const asked = {
  format: z.enum(exportFormats).default('csv'),
  fileName: FileName.optional().describe('Default: what is listed'),
  /** A mark at the begin of a CSV file that tells Excel it is UTF-8. */
  bom: z.stringbool().or(z.boolean()).default(false),
}

/** What a list endpoint answers, whole: with its filters and order, without its pages. `id` is what rows are picked by. */
function exportOf<
  S extends z.core.$ZodLooseShape,
  O extends z.ZodType,
  K extends z.ZodType<string, string>,
>(list: Endpoint<z.ZodObject<S>, O>, id: K) {
  const { cursor: _, limit: __, ...filters } = list.input.shape
  return endpoint({
    method: 'GET',
    path: exportPath(list.path),
    summary: `${list.summary}, all of them, as a file`,
    permission: list.permission,
    answers: 'file',
    input: z.strictObject({
      ...filters,
      ...asked,
      ids: listOf(id, mostPicked).optional().describe('Only these rows'),
    }),
    output: z.string(),
    errors: [],
  })
}

const id = z.uuid()
/** Names hold no comma. */
const name = z.string().max(100)

export const exportApi = {
  domain: exportOf(domainApi.list, name),
  keypair: exportOf(keypairApi.list, name),
  keypairPolicy: exportOf(keypairPolicyApi.list, name),
  operation: exportOf(operationApi.list, id),
  project: exportOf(projectApi.list, id),
  projectPolicy: exportOf(projectPolicyApi.list, name),
  service: exportOf(serviceApi.list, id),
  session: exportOf(sessionApi.list, id),
  user: exportOf(userApi.list, id),
  userPolicy: exportOf(userPolicyApi.list, name),
}
