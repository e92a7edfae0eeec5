import * as z from 'zod'
import { AllowedVolumes } from './allowed-volumes.ts'
import { endpoint } from './endpoint.ts'
import { GroupName } from './group.ts'
import { pageInput, pageOf, textFilter } from './paging.ts'
import { line } from './text.ts'
import { domainSorts } from './sorts.ts'

export const DomainName = line(64).regex(
  /^[\p{L}\d](?:[\p{L}\d._-]*[\p{L}\d])?$/u,
  'letters, digits, dots, dashes and underscores; first and last a letter or digit',
)

export const Domain = z.object({
  name: z.string(),
  description: z.string(),
  /** An inactive domain takes no new users, projects or sessions; what is there stays. */
  isActive: z.boolean(),
  /** Resource groups that are not public, and that its people may use all the same. */
  allowedGroups: z.array(z.string()),
  allowedVolumes: AllowedVolumes,
  userCount: z.int(),
  projectCount: z.int(),
  createdAt: z.iso.datetime(),
})
export type Domain = z.infer<typeof Domain>

const list = endpoint({
  method: 'GET',
  path: '/domains',
  summary: 'List the domains that you administer',
  permission: 'domain.read',
  input: z.strictObject({
    ...pageInput(domainSorts),
    name: textFilter,
    description: textFilter,
    isActive: z.stringbool().or(z.boolean()).optional(),
  }),
  output: pageOf(Domain),
  errors: [],
})

const show = endpoint({
  method: 'GET',
  path: '/domains/:name',
  summary: 'Show one domain',
  permission: 'domain.read',
  input: z.strictObject({ name: DomainName }),
  output: Domain,
  errors: ['domain_not_found'],
})

const changeable = {
  description: line(500),
  allowedGroups: z.array(GroupName).max(1000),
  allowedVolumes: AllowedVolumes,
}

const create = endpoint({
  method: 'POST',
  path: '/domains',
  summary: 'Create a domain, with a model store that all its people are members of',
  permission: 'domain.create',
  input: z.strictObject({
    name: DomainName,
    description: changeable.description.default(''),
    allowedGroups: changeable.allowedGroups.default([]),
    allowedVolumes: changeable.allowedVolumes.default({}),
  }),
  output: Domain,
  errors: ['domain_name_taken', 'group_not_found'],
})

const update = endpoint({
  method: 'PATCH',
  path: '/domains/:name',
  summary: 'Change a domain, deactivate or activate it; what is left out stays',
  permission: 'domain.update',
  input: z.strictObject({
    name: DomainName,
    isActive: z.boolean().optional(),
    ...z.strictObject(changeable).partial().shape,
  }),
  output: Domain,
  errors: ['domain_not_found', 'group_not_found'],
})

export const domainApi = { list, show, create, update }
