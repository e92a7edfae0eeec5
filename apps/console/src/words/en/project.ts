import { pluralFor } from '../plural.ts'

const plural = pluralFor('en')
const people = { one: '# person', other: '# people' }

export const project = {
  title: 'Projects',
  purpose: 'What people work on together: sessions and folders belong to one.',
  create: 'Create a project',
  created: (name: string) => `${name} was created`,
  saved: (name: string) => `${name} was saved`,
  activated: (name: string) => `${name} is active`,
  deactivated: (name: string) => `${name} is inactive`,
  editTitle: (name: string) => `Edit ${name}`,
  state: 'State of the projects',
  column: { name: 'Name', type: 'Type', policy: 'Project policy' },
  type: { general: 'General', 'model-store': 'Model store' },
  domainHelp: 'Its members are people of this domain. It cannot be changed later.',
  typeHelp: 'Everybody of the domain is a member of a model store. It cannot be changed later.',
  groups: 'Resource groups beside the public ones',
  groupsHelp: 'Groups that are not public, and may be used all the same.',
  members: 'Members',
  everybody: 'Everybody of the domain is a member of its model store.',
  noMembers: 'Nobody is in this project yet.',
  findMember: 'Find a member by e-mail',
  addMembers: 'Add members',
  emails: 'E-mails',
  emailsHelp: (domain: string) =>
    `Of people of ${domain}; one a line, or with commas between. All are added, or none.`,
  addCount: (count: number) => (count === 0 ? 'Add' : `Add ${plural(count, people)}`),
  added: (count: number) =>
    count === 0 ? 'They were members already' : `${plural(count, people)} added`,
  removeMembers: (count: number) => `Remove ${plural(count, people)}`,
  removeTitle: (count: number, name: string) => `Remove ${plural(count, people)} from ${name}?`,
  removeText: 'They lose its folders and groups. Their sessions in it go on.',
  removed: (count: number) => `${plural(count, people)} removed`,
  more: 'Show more',
  empty: 'No project is active',
  emptyHelp: 'Create one, and add the people who work in it.',
  emptyAll: 'There is no project',
  emptyInactive: 'No project is inactive',
  emptyInactiveHelp: 'Projects that were deactivated are kept here.',
  deactivateTitle: (name: string) => `Deactivate ${name}?`,
  deactivateText:
    'Nothing more can be started in it. What runs goes on, folders stay, and you can bring it back.',
  activateTitle: (name: string) => `Activate ${name}?`,
  activateText: 'Its members can start sessions in it again.',
}

export const domain = {
  title: 'Domains',
  purpose: 'Parts of the cluster with people, projects and administrators of their own.',
  create: 'Create a domain',
  nameHelp: 'Letters, digits, dots, dashes and underscores. It cannot be changed later.',
  state: 'State of the domains',
  empty: 'No domain is active',
  readOnly: 'Only superadmins change domains.',
  emptyAll: 'There is no domain',
  emptyInactive: 'No domain is inactive',
  deactivateText: (users: string, projects: string) =>
    `It takes no new people, projects or sessions. Its people (${users}) and projects (${projects}) stay, and what runs goes on.`,
  activateText: 'It takes new people, projects and sessions again.',
}
