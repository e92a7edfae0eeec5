import { type Domain, domainApi } from '@capstan/contract/domain'
import type { Command } from 'commander'
import { type Api, openApi } from './api.ts'
import { describeVolumes } from './describe.ts'
import { addFlags } from './flags.ts'
import { addList } from './list.ts'
import { age, print, properties } from './output.ts'

interface JsonOption {
  readonly json?: boolean
}

const json = ['--json', 'print the answer of the API'] as const

/** What domains and projects say alike of what their people may use. */
export const allowances = {
  allowedGroups: 'resource groups, beside the public ones; an empty text for none',
  allowedVolumes: 'volumes with what may be done there; an empty text for none',
}

/** `capstan domain …`. */
export function addDomain(root: Command): void {
  const domain = root.command('domain').description('domains: they hold users and projects')
  addList(domain, 'list the domains that you administer', {
    endpoint: domainApi.list,
    columns: {
      NAME: ({ name }) => name,
      STATUS: ({ isActive }) => (isActive ? 'active' : 'inactive'),
      USERS: ({ userCount }) => userCount,
      PROJECTS: ({ projectCount }: Domain) => projectCount,
      GROUPS: ({ allowedGroups }) => allowedGroups.join(', '),
      AGE: ({ createdAt }) => age(createdAt),
      DESCRIPTION: ({ description }) => description,
    },
  })
  domain
    .command('show')
    .description('show one domain')
    .argument('<domain>')
    .option(...json)
    .action(async (name: string, options: JsonOption) => {
      const api = openApi()
      printDomain(api, await api.call(domainApi.show, { name }), options)
    })
  addCreate(domain)
  addUpdate(domain)
}

function addCreate(domain: Command): void {
  const command = domain
    .command('create')
    .description('create a domain, with a model store that all its people are members of')
    .argument('<name>')
  const fields = addFlags(command, domainApi.create, {
    about: allowances,
    instead: { name: '<name>' },
  })
  command.option(...json).action(async (name: string, options: JsonOption) => {
    const api = openApi()
    printDomain(api, await api.call(domainApi.create, { name, ...fields() }), options)
  })
}

function addUpdate(domain: Command): void {
  const command = domain
    .command('update')
    .description('change a domain; what is not given stays')
    .argument('<domain>')
  const fields = addFlags(command, domainApi.update, {
    about: { ...allowances, isActive: 'it takes new users, projects and sessions' },
    instead: { name: '<domain>' },
  })
  command.option(...json).action(async (name: string, options: JsonOption) => {
    const api = openApi()
    printDomain(api, await api.call(domainApi.update, { name, ...fields() }), options)
  })
}

const printDomain = (api: Api, domain: Domain, options: JsonOption): void =>
  print(
    options.json
      ? api.lastAnswer()
      : properties([
          ['Name', domain.name],
          ['Description', domain.description],
          ['Status', domain.isActive ? 'active' : 'inactive'],
          ['Users', domain.userCount],
          ['Projects', domain.projectCount],
          ['Resource groups', domain.allowedGroups.join(', ')],
          ['Volumes', describeVolumes(domain.allowedVolumes)],
          ['Created', domain.createdAt],
        ]),
  )
