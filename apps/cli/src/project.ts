import { type Project, projectApi } from '@capstan/contract/project'
import type { Command } from 'commander'
import { type Api, openApi } from './api.ts'
import { describeVolumes } from './describe.ts'
import { allowances } from './domain.ts'
import { findProject } from './find.ts'
import { addFlags } from './flags.ts'
import { addList } from './list.ts'
import { age, print, properties } from './output.ts'
import { addMembers } from './project/members.ts'

interface JsonOption {
  readonly json?: boolean
}

const json = ['--json', 'print the answer of the API'] as const

/** `capstan project …`. */
export function addProject(root: Command): void {
  const project = root.command('project').description('projects: people who work together')
  addList(project, 'list the projects that you see', {
    endpoint: projectApi.list,
    about: { policy: 'only those that follow this project policy' },
    columns: {
      NAME: ({ name }) => name,
      DOMAIN: ({ domainName }) => domainName,
      TYPE: ({ type }) => type,
      STATUS: ({ isActive }) => (isActive ? 'active' : 'inactive'),
      MEMBERS: ({ memberCount }: Project) => memberCount,
      POLICY: ({ policy }) => policy,
      AGE: ({ createdAt }) => age(createdAt),
      DESCRIPTION: ({ description }) => description,
    },
  })
  project
    .command('show')
    .description('show one project')
    .argument('<project>', 'NAME, DOMAIN/NAME or id')
    .option(...json)
    .action(async (wanted: string, options: JsonOption) => {
      const api = openApi()
      const { id } = await findProject(api.call, wanted)
      printProject(api, await api.call(projectApi.show, { id }), options)
    })
  addCreate(project)
  addUpdate(project)
  addMembers(project)
}

function addCreate(project: Command): void {
  const command = project
    .command('create')
    .description('create a project; it has no members yet')
    .argument('<name>')
  const fields = addFlags(command, projectApi.create, {
    about: { ...allowances, policy: 'project resource policy' },
    instead: { name: '<name>' },
  })
  command.option(...json).action(async (name: string, options: JsonOption) => {
    const api = openApi()
    printProject(api, await api.call(projectApi.create, { name, ...fields() }), options)
  })
}

function addUpdate(project: Command): void {
  const command = project
    .command('update')
    .description('change a project; what is not given stays')
    .argument('<project>', 'NAME, DOMAIN/NAME or id')
  const fields = addFlags(command, projectApi.update, {
    about: {
      ...allowances,
      policy: 'project resource policy',
      name: 'a new name',
      isActive: 'it takes new sessions',
    },
    instead: { id: '<project>' },
  })
  command.option(...json).action(async (wanted: string, options: JsonOption) => {
    const api = openApi()
    const { id } = await findProject(api.call, wanted)
    printProject(api, await api.call(projectApi.update, { id, ...fields() }), options)
  })
}

const printProject = (api: Api, project: Project, options: JsonOption): void =>
  print(
    options.json
      ? api.lastAnswer()
      : properties([
          ['Name', project.name],
          ['Id', project.id],
          ['Domain', project.domainName],
          ['Type', project.type],
          ['Description', project.description],
          ['Status', project.isActive ? 'active' : 'inactive'],
          ['Members', project.memberCount],
          ['Project policy', project.policy],
          ['Resource groups', project.allowedGroups.join(', ')],
          ['Volumes', describeVolumes(project.allowedVolumes)],
          ['Created', project.createdAt],
        ]),
  )
