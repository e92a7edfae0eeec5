import { type Member, mostMembersAtOnce, projectApi } from '@capstan/contract/project'
import type { Command } from 'commander'
import { openApi } from '../api.ts'
import { findProject } from '../find.ts'
import { addListOptions } from '../list.ts'
import { age, print } from '../output.ts'
import { readLines } from '../lines.ts'

interface ChangeOptions {
  readonly file?: string
  readonly json?: boolean
}

/** `project members|add-members|remove-members`. */
export function addMembers(project: Command): void {
  const members = project
    .command('members')
    .description('list the members of a project')
    .argument('<project>', 'NAME, DOMAIN/NAME or id')
  const lister = addListOptions(
    members,
    {
      endpoint: projectApi.listMembers,
      columns: {
        'E-MAIL': ({ email }: Member) => email,
        NAME: ({ name }) => name,
        'FULL NAME': ({ fullName }) => fullName,
        JOINED: ({ joinedAt }) => `${age(joinedAt)} ago`,
      },
    },
    ['id'],
  )
  members.action(async (wanted: string) => {
    const api = openApi()
    const { id } = await findProject(api.call, wanted)
    await lister(api, { id })
  })
  for (const [verb, description] of [
    ['add', 'make people of its domain members of a project, all of them or none'],
    ['remove', 'end memberships of a project, all of them or none; the people stay'],
  ] as const)
    project
      .command(`${verb}-members`)
      .description(description)
      .argument('<project>', 'NAME, DOMAIN/NAME or id')
      .argument('[emails...]')
      .option('--file <path>', 'e-mails in a file, one a line; -: in the input')
      .option('--json', 'print the answer of the API')
      .action((wanted: string, emails: string[], options: ChangeOptions) =>
        changeMembers(wanted, verb, emails, options),
      )
}

async function changeMembers(
  wanted: string,
  verb: 'add' | 'remove',
  given: readonly string[],
  { file, json }: ChangeOptions,
): Promise<void> {
  const emails = [...given, ...(file === undefined ? [] : await readLines(file))]
  if (emails.length === 0) throw new Error('nobody was named: give e-mails, or --file')
  if (emails.length > mostMembersAtOnce)
    throw new Error(`${emails.length} are too many at once: at most ${mostMembersAtOnce}`)
  const api = openApi()
  const { id, domainName, name } = await findProject(api.call, wanted)
  const { added, removed } = await api.call(projectApi.changeMembers, { id, [verb]: emails })
  if (json) return print(api.lastAnswer())
  const count = verb === 'add' ? added : removed
  const rest = emails.length - count
  const others = verb === 'add' ? 'members already' : 'no members'
  print(
    `${domainName}/${name}: ${count} ${verb === 'add' ? 'added' : 'removed'}${rest > 0 ? `; ${rest} were ${others}` : ''}`,
  )
}
