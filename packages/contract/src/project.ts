import * as z from 'zod'
import { AllowedVolumes } from './allowed-volumes.ts'
import { DomainName } from './domain.ts'
import { endpoint } from './endpoint.ts'
import { GroupName } from './group.ts'
import { listOf, pageInput, pageOf, textFilter } from './paging.ts'
import { PolicyName } from './policy-name.ts'
import { line } from './text.ts'
import { projectSorts } from './sorts.ts'

export const projectTypes = ['general', 'model-store'] as const
export const ProjectType = z.enum(projectTypes)

export const ProjectName = line(64).regex(
  /^[\p{L}\d](?:[\p{L}\d ._-]*[\p{L}\d])?$/u,
  'letters, digits, dots, dashes, underscores and spaces; first and last a letter or digit',
)

export const Project = z.object({
  id: z.uuid(),
  name: z.string(),
  domainName: z.string(),
  type: ProjectType,
  description: z.string(),
  isActive: z.boolean(),
  policy: z.string(),
  /** Resource groups that are not public, and that its members may use all the same. */
  allowedGroups: z.array(z.string()),
  allowedVolumes: AllowedVolumes,
  memberCount: z.int(),
  createdAt: z.iso.datetime(),
})
export type Project = z.infer<typeof Project>

const list = endpoint({
  method: 'GET',
  path: '/projects',
  summary: 'List the projects that you see',
  permission: 'project.read',
  input: z.strictObject({
    ...pageInput(projectSorts),
    name: textFilter,
    description: textFilter,
    domainName: textFilter,
    policy: z.string().max(64).optional(),
    type: listOf(ProjectType).optional(),
    isActive: z.stringbool().or(z.boolean()).optional(),
  }),
  output: pageOf(Project),
  errors: [],
})

const show = endpoint({
  method: 'GET',
  path: '/projects/:id',
  summary: 'Show one project',
  permission: 'project.read',
  input: z.strictObject({ id: z.uuid() }),
  output: Project,
  errors: ['project_not_found'],
})

const changeable = {
  description: line(500),
  policy: PolicyName,
  allowedGroups: z.array(GroupName).max(1000),
  allowedVolumes: AllowedVolumes,
}

const create = endpoint({
  method: 'POST',
  path: '/projects',
  summary: 'Create a project',
  permission: 'project.create',
  input: z.strictObject({
    name: ProjectName,
    domainName: DomainName.optional().describe('Default: yours'),
    type: ProjectType.default('general'),
    description: changeable.description.default(''),
    policy: changeable.policy.default('default'),
    allowedGroups: changeable.allowedGroups.default([]),
    allowedVolumes: changeable.allowedVolumes.default({}),
  }),
  output: Project,
  errors: ['project_name_taken', 'domain_not_found', 'policy_not_found', 'group_not_found'],
})

const update = endpoint({
  method: 'PATCH',
  path: '/projects/:id',
  summary: 'Change a project, deactivate or activate it; what is left out stays',
  permission: 'project.update',
  input: z.strictObject({
    id: z.uuid(),
    name: ProjectName.optional(),
    isActive: z.boolean().optional(),
    ...z.strictObject(changeable).partial().shape,
  }),
  output: Project,
  errors: ['project_not_found', 'project_name_taken', 'policy_not_found', 'group_not_found'],
})

export const Member = z.object({
  userId: z.uuid(),
  email: z.string(),
  name: z.string(),
  fullName: z.string(),
  joinedAt: z.iso.datetime(),
})
export type Member = z.infer<typeof Member>

const listMembers = endpoint({
  method: 'GET',
  path: '/projects/:id/members',
  summary: 'List the members of a project',
  permission: 'project.update',
  input: z.strictObject({ id: z.uuid(), ...pageInput(['email']), email: textFilter }),
  output: pageOf(Member),
  errors: ['project_not_found'],
})

/** The most people that one request adds or removes. */
export const mostMembersAtOnce = 10_000

const changeMembers = endpoint({
  method: 'POST',
  path: '/projects/:id/members',
  summary: 'Add people to a project and remove others, all or none',
  permission: 'project.update',
  input: z.strictObject({
    id: z.uuid(),
    add: z.array(z.string().min(1).max(64)).max(mostMembersAtOnce).default([]).describe('E-mails'),
    remove: z
      .array(z.string().min(1).max(64))
      .max(mostMembersAtOnce)
      .default([])
      .describe('E-mails'),
  }),
  output: z.object({ added: z.int(), removed: z.int() }),
  errors: ['project_not_found', 'user_not_found', 'members_fixed'],
})

export const projectApi = { list, show, create, update, listMembers, changeMembers }
