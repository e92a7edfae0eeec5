import { pluralFor } from '../plural.ts'

const plural = pluralFor('en')

const followers = {
  keypair: { one: '# keypair', other: '# keypairs' },
  user: { one: '# user', other: '# users' },
  project: { one: '# project', other: '# projects' },
}

export const policy = {
  title: 'Resource policy',
  kind: { keypair: 'Keypair', user: 'User', project: 'Project' },
  purpose: {
    keypair: 'What the sessions of each keypair may take.',
    user: 'How many folders, services and images each person may have.',
    project: 'How many folders and networks each project may have.',
  },
  name: 'Name',
  nameHelp: 'Letters, digits, dots, dashes and underscores. It cannot be changed later.',
  nameStays: 'The name of a policy cannot be changed.',
  create: 'Create a policy',
  created: (name: string) => `Policy ${name} was created`,
  saved: (name: string) => `Policy ${name} was saved`,
  editTitle: (name: string) => `Edit policy ${name}`,
  apply: (kind: keyof typeof followers, count: number) =>
    count === 0 ? 'Save' : `Apply to ${plural(count, followers[kind])}`,
  unlimited: 'Unlimited',
  wholeDevices: 'Has no effect where GPUs are given out in shares.',
  readOnly: 'Only superadmins change policies.',
  noneOf: (slot: string) => `no ${slot}`,
  resources: 'Resources at once',
  pendingResources: 'Resources waited for',
  volumes: 'Volumes',
  limits: { keypair: 'Sessions', user: 'Limits of a user', project: 'Limits of a project' },
  limit: {
    maxConcurrentCount: 'Sessions at once',
    maxClusterSize: 'Containers in a session',
    maxLifetimeS: 'Longest session',
    idleTimeoutS: 'Ended when idle for',
    maxPendingCount: 'Sessions that wait',
    maxSftpCount: 'SFTP sessions at once',
    maxFolderCount: 'Folders',
    maxFolderBytes: 'Size of all folders',
    maxServiceSessionCount: 'Sessions of a model service',
    maxCustomImageCount: 'Customized images',
    maxNetworkCount: 'Networks',
  },
  followers: { keypair: 'Keypairs', user: 'Users', project: 'Projects' },
  empty: 'There is no policy of this kind',
  allowedVolumes: 'Allowed volumes',
  allowedVolumesHelp: 'One that is not named can neither be seen nor used.',
  noVolumes: 'No volume is connected.',
  permissionsIn: (volume: string) => `What may be done in ${volume}`,
  permission: {
    'create-folder': 'Create folders',
    'modify-folder': 'Change folders',
    'delete-folder': 'Delete folders',
    'mount-in-session': 'Use in sessions',
    'upload-file': 'Upload files',
    'download-file': 'Download files',
    'invite-others': 'Invite others',
    'set-user-permission': 'Set permissions of others',
  },
  impact: (kind: keyof typeof followers, count: number) =>
    count === 0
      ? 'Nobody follows this policy yet.'
      : `This changes what ${plural(count, followers[kind])} may have.`,
  impactOver: (count: number) =>
    `${plural(count, { one: '# of them has', other: '# of them have' })} more in use than that. What runs goes on; nothing more starts until there is less.`,
  andMore: (count: number) => `and ${count} more`,
  remove: 'Delete',
  removeTitle: (name: string) => `Delete policy ${name}?`,
  removeText: 'Nobody follows it. It cannot be brought back.',
  removed: (name: string) => `Policy ${name} was deleted`,
  removedAnd: (name: string, count: number, to: string) =>
    `Policy ${name} was deleted; ${plural(count, { one: '# follower follows', other: '# followers follow' })} ${to} now`,
  reassign: 'Give them this policy instead',
  reassignText: 'A policy that is followed cannot be deleted: its followers get another one first.',
  reassignAndRemove: 'Reassign and delete',
  import: 'Import…',
  importTitle: {
    keypair: 'Import keypair policies',
    user: 'Import user policies',
    project: 'Import project policies',
  },
  importHelp:
    'As an export writes it: a line of heads, then a policy a line. An empty cell is no limit; what has no column stays. Policies that are not in the file stay.',
  importSeen: (created: number, changed: number, same: number) =>
    `${created} created, ${changed} changed, ${same} as they are`,
  importNobody: 'Nobody follows the policies that change.',
  importChanged: (kind: keyof typeof followers, count: number, over: number) => {
    const follow = count === 0 ? 'nobody follows it' : `for ${plural(count, followers[kind])}`
    return over === 0 ? follow : `${follow}, ${over} of them above the new limits`
  },
  importApply: (count: number) =>
    plural(count, { one: 'Import # policy', other: 'Import # policies' }),
  imported: (created: number, changed: number) =>
    `Imported: ${created} created, ${changed} changed`,
}
