import { pluralFor } from '../plural.ts'

const plural = pluralFor('en')

export const search = {
  placeholder: 'Search for pages, people and things',
  recent: 'Recent',
  pages: 'Pages',
  kind: {
    session: 'Sessions',
    service: 'Model services',
    user: 'Users',
    keypair: 'Credentials',
    project: 'Projects',
    domain: 'Domains',
    keypairPolicy: 'Keypair policies',
    userPolicy: 'User policies',
    projectPolicy: 'Project policies',
    group: 'Resource groups',
    image: 'Images',
    agent: 'Agents',
  },
  inactive: 'not active',
  none: (text: string) => `Nothing has “${text}” in its name`,
  noneHelp: 'Try a part of an e-mail, a name, or the beginning of an access key.',
  found: (count: number) => plural(count, { one: '# result', other: '# results' }),
}
