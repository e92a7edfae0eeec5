import * as z from 'zod'
import { readBytes, readSeconds, unlimited } from './amount-text.ts'
import { domainApi, DomainName } from './domain.ts'
import { groupApi } from './group.ts'
import { keypairApi } from './keypair.ts'
import { UserEmail } from './person.ts'
import { keypairPolicyApi, projectPolicyApi, userPolicyApi } from './policy.ts'
import { projectApi, ProjectName, ProjectType } from './project.ts'
import { userApi } from './user.ts'

/*
 * What should be, as a file says it (PLS-03). A thing is named by what people know it by, never by an id; its fields are those
 * of the API, and one that is left out stays as it is. So there are no defaults here.
 */

/** Fields with a unit may be written as people say them: `64GiB`, `7d`, `unlimited`. What cannot be read is left to the schema. */
const withUnits = <T extends z.ZodObject>(schema: T) =>
  z.preprocess((value, context) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
    return Object.fromEntries(
      Object.entries(value).map(([name, given]) => [name, readUnit(name, given, context)]),
    )
  }, schema)

function readUnit(name: string, given: unknown, context: z.core.$RefinementCtx): unknown {
  if (name.endsWith('Resources')) return readSlots(name, given, context)
  if (typeof given !== 'string' || !/^max|[a-z]S$/.test(name)) return given
  if (given === unlimited) return null
  const read = name.endsWith('Bytes') ? readBytes(given) : readSeconds(given)
  return read ?? refuse(context, [name], given)
}

/** Amounts by slot, or that there is no limit, which is one for no slot. */
function readSlots(name: string, given: unknown, context: z.core.$RefinementCtx): unknown {
  if (given === unlimited) return {}
  if (typeof given !== 'object' || given === null || Array.isArray(given)) return given
  return Object.fromEntries(
    Object.entries(given)
      .filter(([, amount]) => amount !== unlimited && amount !== null)
      .map(([slot, amount]) => [
        slot,
        typeof amount === 'string'
          ? (readBytes(amount) ?? refuse(context, [name, slot], amount))
          : amount,
      ]),
  )
}

function refuse(context: z.core.$RefinementCtx, path: string[], given: string): unknown {
  const message = `"${given}" is no amount: write it like 64GiB, 7d or ${unlimited}`
  context.addIssue({ code: 'custom', path, message })
  return null
}

/** Whom it lets in stands with domains and projects; a token is a secret, and weights are of people by their ids. */
const DeclaredGroup = groupApi.update.input.omit({
  weights: true,
  proxyToken: true,
  allowedDomains: true,
  allowedProjects: true,
  allowedKeypairs: true,
})

/** The main keypair of a user, or by access key any that there is. */
const keypairSettings = keypairApi.update.input.omit({ accessKey: true })

const DeclaredUser = userApi.update.input
  .omit({
    id: true,
    password: true,
    projectIds: true,
    isPasswordChangeRequired: true,
    isTotpEnabled: true,
    deactivateKeypairs: true,
    endSessions: true,
  })
  .extend({
    email: UserEmail,
    keypair: keypairSettings.optional(),
    passwordFile: z.string().min(1).optional().describe('Of a user who is not there yet'),
  })

const DeclaredProject = projectApi.update.input.omit({ id: true }).extend({
  name: ProjectName,
  domainName: DomainName.optional().describe('Default: yours'),
  type: ProjectType.optional(),
  members: z.array(UserEmail).optional().describe('E-mails'),
})

/** A list in which nothing is named twice. */
const listed = <T extends z.ZodType>(
  schema: T,
  field: string,
  key: (item: z.output<T>) => string,
) =>
  z
    .array(schema)
    .superRefine((items, context) => {
      const seen = new Set<string>()
      for (const [at, item] of items.entries()) {
        const name = key(item)
        if (seen.has(name))
          context.addIssue({ code: 'custom', path: [at, field], message: 'is here twice' })
        seen.add(name)
      }
    })
    .optional()

/** Names that are the same whatever the case of their letters. */
export const projectKey = (domainName: string, name: string): string =>
  `${domainName}/${name.toLowerCase()}`
export const emailKey = (email: string): string => email.toLowerCase()

const name = (item: { readonly name: string }): string => item.name

export const Declaration = z.strictObject({
  version: z.literal(1, 'this program reads version 1').optional(),
  keypairPolicies: listed(withUnits(keypairPolicyApi.update.input), 'name', name),
  userPolicies: listed(withUnits(userPolicyApi.update.input), 'name', name),
  projectPolicies: listed(withUnits(projectPolicyApi.update.input), 'name', name),
  resourceGroups: listed(withUnits(DeclaredGroup), 'name', name),
  domains: listed(domainApi.update.input, 'name', name),
  projects: listed(DeclaredProject, 'name', project =>
    projectKey(project.domainName ?? '', project.name),
  ),
  users: listed(DeclaredUser, 'email', ({ email }) => emailKey(email)),
  keypairs: listed(keypairApi.update.input, 'accessKey', ({ accessKey }) => accessKey),
})
export type Declaration = z.infer<typeof Declaration>

type Section = Exclude<keyof Declaration, 'version'>

/** In the order in which they build on each other. */
export const sections = [
  'keypairPolicies',
  'userPolicies',
  'projectPolicies',
  'resourceGroups',
  'domains',
  'projects',
  'users',
  'keypairs',
] as const satisfies readonly Section[]
export type DeclarationSection = (typeof sections)[number]

export type DeclaredItem<S extends DeclarationSection> = NonNullable<Declaration[S]>[number]
