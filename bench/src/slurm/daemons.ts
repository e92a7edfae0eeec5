import { type ChildProcess, execFile, spawn, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import {
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { freePort, until } from '@capstan/testkit/system'

const run = promisify(execFile)

/** A Slurm of one node, this machine, in a temporary folder and on ports of its own. */
export interface Slurm {
  /** Submits an array of jobs that run a command each. Resolves when all are recorded as completed. */
  readonly runJobs: (count: number, command: string) => Promise<void>
  readonly version: string
  readonly stop: () => Promise<void>
}

const programs = ['/usr/sbin/slurmctld', '/usr/sbin/slurmd', '/usr/sbin/munged']

/** Installs Debian's Slurm where it is missing. Throws where it can be neither found nor installed. */
export function installSlurm(): void {
  if (programs.every(path => existsSync(path))) return
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get'))
    throw new Error('the slurm bench needs slurm-wlm: install it, or run as root on Debian')
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  const install = (): number | null =>
    spawnSync('apt-get', ['install', '-y', '-q', '--no-install-recommends', 'slurm-wlm'], {
      env,
      stdio: 'ignore',
    }).status
  if (install() === 0) return
  spawnSync('apt-get', ['update', '-q'], { env, stdio: 'ignore' })
  if (install() !== 0) throw new Error('apt-get could not install slurm-wlm')
}

export interface SlurmOptions {
  /** Jobs of one CPU that run at once. */
  readonly slots: number
  readonly memMib: number
}

export async function startSlurm({ slots, memMib }: SlurmOptions): Promise<Slurm> {
  const folder = mkdtempSync(join(tmpdir(), 'capstan-slurm-'))
  for (const name of ['state', 'spool', 'munge']) mkdirSync(join(folder, name), { mode: 0o755 })
  const settings = join(folder, 'slurm.conf')
  const completed = join(folder, 'completed')
  const ports = [await freePort(), await freePort()] as const
  writeFileSync(join(folder, 'munge.key'), randomBytes(1024), { mode: 0o400 })
  writeFileSync(settings, slurmConf(folder, ports, { slots, memMib }))
  writeFileSync(join(folder, 'cgroup.conf'), cgroupConf())
  const env = { ...process.env, SLURM_CONF: settings }
  const daemons: ChildProcess[] = []
  const daemon = (command: string, args: readonly string[]): void => {
    daemons.push(spawn(command, args, { env, stdio: 'ignore' }))
  }
  const munge = (name: string): string => join(folder, 'munge', name)
  daemon('/usr/sbin/munged', [
    ...['--foreground', '--force', '--key-file', join(folder, 'munge.key')],
    ...['--socket', munge('socket'), '--pid-file', munge('pid')],
    ...['--log-file', munge('log'), '--seed-file', munge('seed')],
  ])
  const patience = { patienceMs: 60_000, everyMs: 100 }
  const stop = (): Promise<void> => stopAll(daemons, folder)
  try {
    await until('munge answers', () => existsSync(munge('socket')), patience)
    daemon('/usr/sbin/slurmctld', ['-D', '-f', settings])
    daemon('/usr/sbin/slurmd', ['-D', '-f', settings, '-N', hostname()])
    const isIdle = async (): Promise<boolean> =>
      (await run('sinfo', ['-h', '-o', '%t'], { env })).stdout.includes('idle')
    await until('the node is idle', isIdle, patience)
  } catch (error) {
    await stop()
    throw error
  }
  let done = 0
  return {
    version: (await run('sinfo', ['--version'], { env })).stdout.trim(),
    runJobs: async (count, command) => {
      done += count
      const array = ['--array', `1-${count}`, '--cpus-per-task', '1', '--mem', String(memMib)]
      await run('sbatch', ['-Q', ...array, '--output', '/dev/null', '--wrap', command], {
        env,
        cwd: '/',
      })
      await until('all are completed', () => linesIn(completed) >= done, {
        patienceMs: 600_000,
        everyMs: 20,
      })
    },
    stop,
  }
}

/** One line is written for each job when it is over. */
const linesIn = (path: string): number =>
  existsSync(path) ? readFileSync(path, 'utf8').split('\n').length - 1 : 0

async function stopAll(daemons: readonly ChildProcess[], folder: string): Promise<void> {
  for (const child of daemons.toReversed()) {
    const exited = new Promise(resolve => {
      if (child.exitCode !== null || child.signalCode !== null) resolve(undefined)
      else child.once('exit', resolve)
    })
    child.kill('SIGTERM')
    await exited
  }
  rmSync(folder, { recursive: true, force: true })
  // What it made of control groups, the inner ones first. One that is in use belongs to another Slurm.
  const groups = globSync('/sys/fs/cgroup/*/slurm{,_*}/**/').sort((a, b) => b.length - a.length)
  for (const group of groups)
    try {
      rmdirSync(group)
    } catch {}
}

/**
 * As one node of a throughput cluster: no accounting, nothing gathered, scheduling as often as jobs end; memory is held by
 * control groups, as our driver holds it.
 */
const slurmConf = (
  folder: string,
  [controller, node]: readonly [number, number],
  { slots, memMib }: SlurmOptions,
): string => `ClusterName=bench
SlurmctldHost=${hostname()}(127.0.0.1)
SlurmctldPort=${controller}
SlurmdPort=${node}
AuthType=auth/munge
CredType=cred/munge
AuthInfo=socket=${join(folder, 'munge/socket')}
SlurmUser=root
SlurmdUser=root
StateSaveLocation=${join(folder, 'state')}
SlurmdSpoolDir=${join(folder, 'spool')}
SlurmctldPidFile=${join(folder, 'slurmctld.pid')}
SlurmdPidFile=${join(folder, 'slurmd.pid')}
SlurmctldLogFile=${join(folder, 'slurmctld.log')}
SlurmdLogFile=${join(folder, 'slurmd.log')}
SlurmctldDebug=error
SlurmdDebug=error
MailProg=/bin/true
ProctrackType=proctrack/cgroup
TaskPlugin=task/cgroup
SchedulerType=sched/builtin
SchedulerParameters=batch_sched_delay=0,sched_min_interval=0,default_queue_depth=10000,partition_job_depth=10000,max_rpc_cnt=0
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU_Memory
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
JobCompType=jobcomp/filetxt
JobCompLoc=${join(folder, 'completed')}
MpiDefault=none
SwitchType=switch/none
ReturnToService=2
MaxJobCount=20000
MaxArraySize=20001
MinJobAge=10
SlurmdParameters=config_overrides
MessageTimeout=60
NodeName=${hostname()} NodeAddr=127.0.0.1 CPUs=${slots} RealMemory=${slots * memMib * 2} State=UNKNOWN
PartitionName=main Nodes=ALL Default=YES MaxTime=INFINITE State=UP
`

const cgroupConf =
  (): string => `CgroupPlugin=${existsSync('/sys/fs/cgroup/cgroup.controllers') ? 'cgroup/v2' : 'cgroup/v1'}
CgroupAutomount=no
CgroupMountpoint=/sys/fs/cgroup
ConstrainCores=no
ConstrainRAMSpace=yes
ConstrainDevices=no
`
