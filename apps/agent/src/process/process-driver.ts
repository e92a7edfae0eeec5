import { execFile, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  chownSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { open } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { join } from 'node:path'
import type { Duplex } from 'node:stream'
import { promisify } from 'node:util'
import type { Isolation } from '@capstan/contract/agent'
import type { DesiredKernel, ObservedImage } from '@capstan/contract/sync'
import { toAmounts } from '@capstan/core/slots'
import { pause } from '@capstan/runtime/retry'
import * as z from 'zod'
import { type CgroupUse, readCgroup } from '../cgroup.ts'
import type { AttachedCommand, CommandSpec, Container, ContainerState, Driver } from '../driver.ts'
import { attachProcess } from './attach.ts'
import {
  type CgroupVersion,
  detectCgroups,
  groupPath,
  makeGroups,
  removeGroups,
} from './control-groups.ts'
import { describeIsolation } from './isolation.ts'
import { localImage, writeServiceDefinitions } from './local-image.ts'
import { PortRelays } from './ports.ts'
import { childrenOf, signal, startTimeOf } from './process-table.ts'
import {
  asUser,
  enterCommand,
  insideCommand,
  joinGroupsScript,
  paths,
  sandboxCommand,
  type SandboxTool,
  wrapperScript,
} from './sandbox.ts'

const run = promisify(execFile)

/** First of the users that sessions run as where we are root: nobody else's on any system we know. */
const firstUid = 200_000

const Spec = z.object({
  kernelId: z.string(),
  clusterId: z.string(),
  uid: z.number().nullable(),
  groups: z.array(z.string()),
  environ: z.record(z.string(), z.string()),
})
type Spec = z.infer<typeof Spec>

interface Setup {
  readonly folder: string
  readonly agentId: string
  readonly tool: SandboxTool
  readonly toolVersion: string
  readonly cgroups: CgroupVersion
}

/** Sessions as sandboxed processes of this node, for where there is no container engine. A container's id is its kernel's. */
export class ProcessDriver implements Driver {
  readonly name = 'process'
  readonly isolation: readonly z.input<typeof Isolation>[]
  readonly #setup: Setup
  readonly #ports = new PortRelays()
  readonly #isRoot = process.getuid?.() === 0

  private constructor(setup: Setup) {
    this.#setup = setup
    this.isolation = describeIsolation(setup, this.#isRoot)
  }

  /** Looks what this node can do, unless told which tool to take. Throws where it can make no sandbox at all. */
  static async open(home: string, agentId: string, tool?: SandboxTool): Promise<ProcessDriver> {
    const base = reachableFolder(home)
    const folder = join(base, 'kernels')
    mkdirSync(folder, { recursive: true, mode: 0o711 })
    writeServiceDefinitions(join(base, 'service-defs'))
    const bwrap =
      tool === 'unshare' ? undefined : await run('bwrap', ['--version']).catch(() => undefined)
    const unshare = bwrap ?? (await run('unshare', ['--version']))
    return new ProcessDriver({
      folder,
      agentId,
      tool: bwrap ? 'bwrap' : 'unshare',
      toolVersion: unshare.stdout.trim(),
      cgroups: detectCgroups(agentId),
    })
  }

  async version(): Promise<string> {
    return this.#setup.toolVersion
  }

  async images(): Promise<z.input<typeof ObservedImage>[]> {
    return [localImage()]
  }

  #folder(id: string): string {
    return join(this.#setup.folder, id)
  }

  #spec(id: string): Spec | undefined {
    const path = paths(this.#folder(id)).spec
    return existsSync(path) ? Spec.parse(JSON.parse(readFileSync(path, 'utf8'))) : undefined
  }

  async list(clusterId: string): Promise<Container[]> {
    const ids = readdirSync(this.#setup.folder).filter(id => {
      const spec = this.#spec(id)
      // Without a spec it was never finished: nobody else's, and to be removed.
      return spec === undefined || spec.clusterId === clusterId
    })
    return Promise.all(
      ids.map(async id => {
        const isRunning = (await this.inspect(id))?.phase === 'running'
        return { id, kernelId: id, isRunning }
      }),
    )
  }

  async start(kernel: DesiredKernel, clusterId: string): Promise<string> {
    const id = kernel.kernelId
    const own = paths(this.#folder(id))
    if (existsSync(own.pid)) return id
    const spec = this.#prepare(kernel, clusterId)
    const output = openSync(own.output, 'a', 0o600)
    const command = [
      ...asUser(spec.uid),
      ...sandboxCommand(
        this.#setup.tool,
        kernel,
        this.#folder(id),
        join(this.#setup.folder, '../service-defs'),
      ),
      ...insideCommand(kernel),
    ]
    const child = spawn(
      '/bin/sh',
      ['-c', wrapperScript, 'sh', this.#folder(id), spec.groups.join(' '), ...command],
      {
        detached: true,
        stdio: ['ignore', output, output],
        // By the environment, not by words of the command line: those are for everybody on the node to read.
        env: spec.environ,
        cwd: this.#setup.tool === 'bwrap' ? '/' : own.home,
      },
    )
    closeSync(output)
    const failed = new Promise<never>((_, reject) => child.once('error', reject))
    child.unref()
    await Promise.race([this.#begun(id), failed])
    return id
  }

  /** Waits until it can be entered, or has ended already. */
  async #begun(id: string): Promise<void> {
    const { pid, exit } = paths(this.#folder(id))
    const hasBegun = (): boolean =>
      existsSync(exit) || (existsSync(pid) && this.#sandboxPid(id) !== undefined)
    for (let waitedMs = 0; !hasBegun(); waitedMs += 5) {
      if (waitedMs > 10_000) throw new Error('the sandbox did not start within ten seconds')
      await sleep(5)
    }
  }

  #prepare(kernel: DesiredKernel, clusterId: string): Spec {
    const folder = this.#folder(kernel.kernelId)
    const own = paths(folder)
    // Others may pass through to what they are shown of it, and see nothing else.
    mkdirSync(folder, { recursive: true, mode: 0o711 })
    mkdirSync(own.home, { recursive: true, mode: 0o700 })
    const uid = this.#isRoot ? this.#freeUid() : null
    if (uid !== null) chownSync(own.home, uid, uid)
    writeFileSync(
      own.passwd,
      'root:x:0:0::/:/usr/sbin/nologin\nwork:x:1000:1000::/home/work:/bin/bash\n',
    )
    writeFileSync(own.group, 'root:x:0:\nwork:x:1000:\n')
    writeFileSync(own.hosts, `127.0.0.1 localhost ${kernel.hostname}\n::1 localhost\n`)
    const { cpu = 0, mem = 0 } = toAmounts(kernel.resources)
    const path = groupPath(this.#setup.agentId, kernel.kernelId)
    const groups = makeGroups(this.#setup.cgroups, path, { cpuMilli: cpu, memBytes: mem })
    const environ = {
      PATH: '/home/work/.local/bin:/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin',
      LANG: 'C.UTF-8',
      ...kernel.environ,
      HOME: this.#setup.tool === 'bwrap' ? '/home/work' : own.home,
      USER: 'work',
      SHELL: '/bin/bash',
    }
    const spec: Spec = { kernelId: kernel.kernelId, clusterId, uid, groups, environ }
    writeFileSync(own.spec, JSON.stringify(spec), { mode: 0o600 })
    return spec
  }

  /** One user a session, so that none can touch another's processes or files. */
  #freeUid(): number {
    const used = new Set(readdirSync(this.#setup.folder).flatMap(id => this.#spec(id)?.uid ?? []))
    let uid = firstUid
    while (used.has(uid)) uid++
    return uid
  }

  async inspect(id: string): Promise<ContainerState | undefined> {
    const own = paths(this.#folder(id))
    if (!existsSync(this.#folder(id))) return undefined
    const isOutOfMemory = ((await this.measure(id))?.oomKills ?? 0) > 0
    const startedAt = existsSync(own.pid) ? statSync(own.pid).mtime.toISOString() : null
    if (existsSync(own.exit)) {
      const exitCode = Number(readFileSync(own.exit, 'utf8'))
      return {
        phase: 'ended',
        exitCode,
        isOutOfMemory,
        startedAt,
        endedAt: statSync(own.exit).mtime.toISOString(),
      }
    }
    if (startedAt === null)
      return { phase: 'created', exitCode: null, isOutOfMemory: false, startedAt, endedAt: null }
    if (this.#wrapperLives(own.pid))
      return { phase: 'running', exitCode: null, isOutOfMemory, startedAt, endedAt: null }
    return {
      phase: 'ended',
      exitCode: 137,
      isOutOfMemory,
      startedAt,
      endedAt: new Date().toISOString(),
    }
  }

  /** The number may have been given to another process since: its start time tells. */
  #wrapperLives(path: string): boolean {
    const [pid = '', startTime = ''] = readFileSync(path, 'utf8').trim().split(' ')
    return startTimeOf(pid) === startTime
  }

  async stop(id: string, graceS: number): Promise<void> {
    const init = this.#sandboxPid(id)
    if (init !== undefined) for (const pid of childrenOf(init)) signal(pid, 'SIGTERM')
    const deadline = performance.now() + graceS * 1000
    while ((await this.inspect(id))?.phase === 'running') {
      if (performance.now() > deadline) this.#kill(id)
      if (performance.now() > deadline + 5000) throw new Error('the sandbox does not end')
      await sleep(20)
    }
  }

  /** The end of the first process of a namespace is the end of all in it. One that never got so far is ended with its wrapper. */
  #kill(id: string): void {
    const init = this.#sandboxPid(id)
    const wrapper = Number(readFileSync(paths(this.#folder(id)).pid, 'utf8').split(' ')[0])
    signal(init ?? -wrapper, 'SIGKILL')
  }

  async remove(id: string): Promise<void> {
    if ((await this.inspect(id))?.phase === 'running') await this.stop(id, 1)
    await this.#ports.close(id)
    removeGroups(this.#setup.cgroups, groupPath(this.#setup.agentId, id))
    rmSync(this.#folder(id), { recursive: true, force: true })
  }

  async pull(): Promise<void> {
    throw new Error('the local environment is what this node has: nothing can be pulled for it')
  }

  async *output(id: string, { follow }: { follow: boolean }): AsyncIterable<Buffer> {
    const file = await open(paths(this.#folder(id)).output, 'r')
    try {
      for (let position = 0; ;) {
        // Asked before reading: what is written until the end is read after it.
        const isLive = follow && (await this.inspect(id))?.phase === 'running'
        const { bytesRead, buffer } = await file.read(Buffer.alloc(65_536), 0, 65_536, position)
        position += bytesRead
        if (bytesRead > 0) yield buffer.subarray(0, bytesRead)
        else if (isLive) await sleep(100)
        else return
      }
    } finally {
      await file.close()
    }
  }

  /** First process of the sandbox, as this node numbers it. */
  #sandboxPid(id: string): number | undefined {
    const own = paths(this.#folder(id))
    if (!existsSync(own.pid)) return undefined
    const told = /"child-pid": (\d+)/.exec(
      existsSync(own.info) ? readFileSync(own.info, 'utf8') : '',
    )?.[1]
    if (told !== undefined) return Number(told)
    // `unshare` tells nothing: its child is the first one.
    const wrapper = Number(readFileSync(own.pid, 'utf8').split(' ')[0])
    const [outer] = childrenOf(wrapper)
    return outer === undefined ? undefined : childrenOf(outer)[0]
  }

  #inside(
    id: string,
    command: readonly string[],
  ): { words: string[]; env: Record<string, string> } {
    const spec = this.#spec(id)
    const pid = this.#sandboxPid(id)
    if (!spec || pid === undefined) throw new Error('the session does not run')
    const enter = enterCommand(spec.environ['HOME'] ?? '/', pid, spec.uid)
    return {
      words: ['/bin/sh', '-c', joinGroupsScript, 'sh', spec.groups.join(' '), ...enter, ...command],
      env: spec.environ,
    }
  }

  async run(id: string, command: readonly string[]): Promise<string> {
    const { words, env } = this.#inside(id, command)
    const { stdout } = await run(words[0]!, words.slice(1), { env, timeout: 60_000, cwd: '/' })
    return stdout
  }

  async launch(
    id: string,
    command: readonly string[],
    { env, logPath }: { env: Record<string, string>; logPath: string },
  ): Promise<void> {
    const script = 'log=$1; shift; exec setsid "$@" >"$log" 2>&1 </dev/null'
    const { words, env: own } = this.#inside(id, [
      '/bin/sh',
      '-c',
      script,
      'sh',
      logPath,
      ...command,
    ])
    spawn(words[0]!, words.slice(1), {
      env: { ...own, ...env },
      detached: true,
      stdio: 'ignore',
    }).unref()
  }

  async attach(id: string, { command, tty }: CommandSpec): Promise<AttachedCommand> {
    return attachProcess({ ...this.#inside(id, command), tty })
  }

  async connect(id: string, port: number): Promise<Duplex> {
    const pid = this.#sandboxPid(id)
    if (pid === undefined) throw new Error('the session does not run')
    return this.#ports.connect(id, pid, port)
  }

  measure(id: string): Promise<CgroupUse | undefined> {
    return readCgroup(groupPath(this.#setup.agentId, id))
  }

  /** There are no events to follow: each is looked at now and then. */
  async watch(
    onChange: (kernelId: string, outOfMemory: boolean) => void,
    stop: AbortSignal,
  ): Promise<void> {
    const before = new Map<string, string>()
    while (!stop.aborted) {
      for (const id of readdirSync(this.#setup.folder)) {
        const state = await this.inspect(id)
        const seen = `${state?.phase} ${state?.isOutOfMemory}`
        if (before.get(id) !== seen) onChange(id, state?.isOutOfMemory ?? false)
        before.set(id, seen)
      }
      for (const id of before.keys()) if (!existsSync(this.#folder(id))) before.delete(id)
      await pause(300, stop)
    }
  }

  async close(): Promise<void> {
    await this.#ports.closeAll()
  }

  isAway(): boolean {
    return false
  }

  isImageMissing(): boolean {
    return false
  }
}

/** Where we are root, sessions are other users, who may not pass through a home of ours: their files lie elsewhere. */
function reachableFolder(home: string): string {
  if (process.getuid?.() !== 0) return home
  return join('/var/lib/capstan', createHash('sha256').update(home).digest('hex').slice(0, 16))
}
