import type { Call } from '@capstan/contract/client'
import type { Endpoint } from '@capstan/contract/endpoint'
import { type Project, projectApi } from '@capstan/contract/project'
import { type User, userApi } from '@capstan/contract/user'
import type * as z from 'zod'

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

export const isId = (text: string): boolean => uuid.test(text)

/** The user that an e-mail, a name or an id stands for. */
export async function findUser(call: Call, wanted: string): Promise<User> {
  if (isId(wanted)) return call(userApi.show, { id: wanted })
  const field = wanted.includes('@') ? 'email' : 'name'
  const found = await collect(call, userApi.list, { [field]: wanted })
  const user = found.find(candidate => isSame(candidate[field], wanted))
  if (!user) throw new Error(`there is no user ${wanted}: see "capstan user list"`)
  return user
}

/** The project that `NAME`, `DOMAIN/NAME` or an id stands for. */
export async function findProject(call: Call, wanted: string): Promise<Project> {
  if (isId(wanted)) return call(projectApi.show, { id: wanted })
  const at = wanted.lastIndexOf('/')
  const domainName = at < 0 ? undefined : wanted.slice(0, at)
  const name = wanted.slice(at + 1)
  const found = await collect(call, projectApi.list, {
    name,
    ...(domainName !== undefined && { domainName }),
  })
  const projects = found.filter(
    project =>
      isSame(project.name, name) && (domainName === undefined || project.domainName === domainName),
  )
  if (projects.length > 1)
    throw new Error(
      [
        `several projects are called ${name}; name its domain too:`,
        ...projects.map(project => `  ${project.domainName}/${project.name}`),
      ].join('\n'),
    )
  if (!projects[0]) throw new Error(`there is no project ${wanted}: see "capstan project list"`)
  return projects[0]
}

/** All that a list has, page after page. */
export async function collect<T>(
  call: Call,
  endpoint: Endpoint<
    z.ZodType,
    z.ZodType<{ readonly items: readonly T[]; readonly nextCursor: string | null }>
  >,
  filters: object,
): Promise<T[]> {
  const items: T[] = []
  let cursor: string | null = null
  do {
    const page: { items: readonly T[]; nextCursor: string | null } = await call(endpoint, {
      ...filters,
      limit: 200,
      ...(cursor !== null && { cursor }),
    })
    items.push(...page.items)
    cursor = page.nextCursor
  } while (cursor !== null)
  return items
}

/** Names are the same whatever the case of their letters. */
const isSame = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase()
