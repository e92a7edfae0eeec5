import { type DeclaredItem, emailKey, projectKey } from '@capstan/contract/declaration'
import type { Change, FieldChange, Planning } from './change.ts'
import { domainOf } from './projects.ts'

/** Who is to be a member and is not; and where members are pruned, who is and is not to be. */
export function planMembers(planning: Planning): Change[] {
  const domains = domainsByEmail(planning)
  return (planning.declared.projects ?? []).flatMap((project, at): Change[] => {
    if (!project.members) return []
    const domainName = domainOf(planning, project)
    checkMembers(planning, { project, domainName, at }, domains)
    const key = projectKey(domainName, project.name)
    const fields = changesOf(
      planning,
      project.members,
      stayingMembers(planning, key, domainName, domains),
    )
    const name = `${domainName}/${project.name}`
    return fields.length > 0 ? [{ kind: 'members', action: 'update', key: name, fields }] : []
  })
}

/** Domain of everybody once all is done. */
function domainsByEmail({ declared, actual, own }: Planning): Map<string, string> {
  const domains = new Map(actual.users.map(user => [emailKey(user.email), user.domainName]))
  for (const { email, domainName } of declared.users ?? []) {
    const key = emailKey(email)
    domains.set(key, domainName ?? domains.get(key) ?? own.domainName)
  }
  return domains
}

function checkMembers(
  { refuse }: Planning,
  {
    project,
    domainName,
    at,
  }: { project: DeclaredItem<'projects'>; domainName: string; at: number },
  domains: ReadonlyMap<string, string>,
): void {
  for (const [index, email] of (project.members ?? []).entries()) {
    const path = ['projects', at, 'members', index]
    const domain = domains.get(emailKey(email))
    if (domain === undefined) refuse(path, `there is no user ${email}`)
    else if (domain !== domainName)
      refuse(path, `${email} is of domain ${domain}, the project is of ${domainName}`)
  }
}

/** Members that there are, without those who leave the domain, and so its projects. */
const stayingMembers = (
  { actual }: Planning,
  key: string,
  domainName: string,
  domains: ReadonlyMap<string, string>,
): string[] =>
  (actual.members.get(key) ?? []).filter(email => domains.get(emailKey(email)) === domainName)

function changesOf(
  { prune }: Planning,
  declared: readonly string[],
  actual: readonly string[],
): FieldChange[] {
  const wanted = new Map(declared.map(email => [emailKey(email), email]))
  const there = new Set(actual.map(emailKey))
  const add = [...wanted].flatMap(([key, email]) => (there.has(key) ? [] : [email]))
  const remove = prune.has('members') ? actual.filter(email => !wanted.has(emailKey(email))) : []
  return [
    ...(add.length > 0 ? [{ name: 'add', before: undefined, after: add }] : []),
    ...(remove.length > 0 ? [{ name: 'remove', before: remove, after: undefined }] : []),
  ]
}
