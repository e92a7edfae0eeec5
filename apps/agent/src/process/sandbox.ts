import { existsSync, lstatSync, readlinkSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { DesiredKernel } from '@capstan/contract/sync'
import { runsItsCommand } from '@capstan/core/session'

/** What keeps local sessions apart: bubblewrap where it is installed, else util-linux' `unshare`. */
export type SandboxTool = 'bwrap' | 'unshare'

/** Folders of a session, all inside one of its own. */
export const paths = (folder: string) => ({
  folder,
  home: join(folder, 'home'),
  spec: join(folder, 'spec.json'),
  output: join(folder, 'output.log'),
  /** The line of /proc of the process that became the sandbox. */
  pid: join(folder, 'pid'),
  /** A script that becomes the sandbox. */
  start: join(folder, 'start'),
  /** Options of the sandbox tool, each ended by a NUL: values of the environment are not for everybody to read in a list of processes. */
  options: join(folder, 'options'),
  passwd: join(folder, 'passwd'),
  group: join(folder, 'group'),
  hosts: join(folder, 'hosts'),
})

/** Of the node's /etc what programs need to start, and nothing that is secret. */
const etc = [
  'alternatives',
  'bash.bashrc',
  'ca-certificates',
  'fonts',
  'inputrc',
  'jupyter',
  'ld.so.cache',
  'ld.so.conf',
  'ld.so.conf.d',
  'localtime',
  'magic',
  'mime.types',
  'profile',
  'ssl/certs',
  'terminfo',
]

/** System folders: links stay links (`/bin` to `/usr/bin`), others are bound read-only. */
function systemFolders(): string[] {
  return ['/bin', '/sbin', '/lib', '/lib32', '/lib64', '/usr', '/opt'].flatMap(path => {
    if (!existsSync(path)) return []
    return lstatSync(path).isSymbolicLink()
      ? ['--symlink', readlinkSync(path), path]
      : ['--ro-bind', path, path]
  })
}

/** Brings up what bubblewrap brings up by itself, then gives up the rights for it and becomes the command. */
const settleScript = `ip link set lo up 2>/dev/null || ifconfig lo up 2>/dev/null
hostname "$1" 2>/dev/null; shift
exec setpriv --inh-caps=-all --ambient-caps=-all --bounding-set=-all --no-new-privs "$@"`

const unshareCommand = (hostname: string): string[] => [
  ...['unshare', '--user', '--map-user=1000', '--map-group=1000', '--keep-caps'],
  ...['--pid', '--fork', '--kill-child', '--mount-proc', '--net', '--ipc', '--uts'],
  ...['/bin/sh', '-c', settleScript, 'sh', hostname],
]

/** What a sandbox of bubblewrap's is made of: the options of the tool. */
export function bwrapOptions(
  { hostname }: DesiredKernel,
  { folder, environ, deviceFiles, folders, serviceDefinitions }: Making,
): string[] {
  const own = paths(folder)
  return [
    ...['--unshare-all', '--die-with-parent', '--new-session', '--uid', '1000', '--gid', '1000'],
    ...['--hostname', hostname, '--json-status-fd', '3'],
    ...systemFolders(),
    ...etc.flatMap(name => ['--ro-bind-try', join('/etc', name), join('/etc', name)]),
    ...['--ro-bind', own.passwd, '/etc/passwd', '--ro-bind', own.group, '/etc/group'],
    ...['--ro-bind', own.hosts, '/etc/hosts'],
    ...['--ro-bind', serviceDefinitions, '/etc/backend.ai/service-defs'],
    ...['--proc', '/proc', '--tmpfs', '/tmp', '--tmpfs', '/run', '--dir', '/var/tmp'],
    // Not --dev: it would need a second user namespace, which nobody but root could enter afterwards.
    ...['--tmpfs', '/dev', '--tmpfs', '/dev/shm', '--symlink', '/proc/self/fd', '/dev/fd'],
    ...['null', 'zero', 'full', 'random', 'urandom', 'tty'].flatMap(name => [
      '--dev-bind',
      `/dev/${name}`,
      `/dev/${name}`,
    ]),
    ...[
      '--symlink',
      '/proc/self/fd/0',
      '/dev/stdin',
      '--symlink',
      '/proc/self/fd/1',
      '/dev/stdout',
    ],
    ...['--symlink', '/proc/self/fd/2', '/dev/stderr'],
    // Of the node’s accelerators it sees those that it was given, and no others.
    ...deviceFiles.flatMap(path => ['--dev-bind-try', path, join('/dev', basename(path))]),
    ...folders.flatMap(path => ['--bind', path, path]),
    ...['--bind', own.home, '/home/work', '--chdir', '/home/work', '--clearenv'],
    ...Object.entries(environ).flatMap(([name, value]) => ['--setenv', name, value]),
  ]
}

export interface Making {
  readonly folder: string
  readonly environ: Readonly<Record<string, string>>
  /** Files of the node that it sees in /dev. */
  readonly deviceFiles: readonly string[]
  /** Folders of the node that it sees where they are. */
  readonly folders: readonly string[]
  readonly serviceDefinitions: string
}

const quoted = (words: readonly string[]): string =>
  words.map(word => `'${word.replaceAll("'", `'\\''`)}'`).join(' ')

/** The script that becomes a sandbox: joins its control groups, gives up root, and runs the tool. Needs no rights beyond user namespaces. */
export function startScript(
  tool: SandboxTool,
  kernel: DesiredKernel,
  { folder, groups, uid }: { folder: string; groups: readonly string[]; uid: number | null },
): string {
  const joins = groups.map(
    group => `echo 0 >${quoted([join(group, 'cgroup.procs')])} || exit 125\n`,
  )
  const sandbox =
    tool === 'bwrap'
      ? `${quoted([...asUser(uid), 'bwrap', '--args', '4', ...insideCommand(kernel)])} 4<${quoted([paths(folder).options])}`
      : quoted([...asUser(uid), ...unshareCommand(kernel.hostname), ...insideCommand(kernel)])
  return `${joins.join('')}exec ${sandbox}\n`
}

/** Words that drop root to a session's own user. Nothing where we are not root. */
export const asUser = (uid: number | null): string[] =>
  uid === null
    ? []
    : [
        'setpriv',
        '--reuid',
        String(uid),
        '--regid',
        String(uid),
        '--clear-groups',
        '--no-new-privs',
      ]

/** Words that enter the sandbox of a process, as its own user, in its home. */
export const enterCommand = (home: string, pid: number, uid: number | null): string[] => [
  ...asUser(uid),
  ...['nsenter', '-t', String(pid), '-U', '-n', '-i', '-u', '-p', '-m', '--preserve-credentials'],
  `--wdns=${home}`,
]

/** Puts the shell itself into control groups, then becomes the command: `sh -c SCRIPT sh "GROUPS" COMMAND…`. */
export const joinGroupsScript =
  'for g in $1; do echo $$ > "$g/cgroup.procs" || exit 125; done; shift; exec "$@"'

/** What runs inside: like in a container, a session stays until it is told to go, one that is there for its command until that ends. */
const insideCommand = ({ sessionType, startupCommand }: DesiredKernel): string[] =>
  runsItsCommand({ sessionType, startupCommand })
    ? [existsSync('/bin/bash') ? '/bin/bash' : '/bin/sh', '-c', startupCommand ?? '']
    : [
        '/bin/sh',
        '-c',
        interactiveScript,
        'session',
        ...(startupCommand === null ? [] : [startupCommand]),
      ]

const interactiveScript = `trap 'exit 0' TERM INT
if [ $# -gt 0 ]; then sh -c "$1" & fi
while :; do sleep 86400 & wait $!; done`
