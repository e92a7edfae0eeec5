import { execFile, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  chownSync,
  existsSync,
  mkdirSync,
  rmSync,
  statSync,
  watch as watchFolder,
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
import type * as z from 'zod'
import { type CgroupUse, readCgroup, readOomKills } from '../cgroup.ts'
import type { Grant } from '../devices/grant.ts'
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
import { launchAlone, Launcher } from './launcher.ts'
import { localImage, writeServiceDefinitions } from './local-image.ts'
import { PortRelays } from './ports.ts'
import { childrenOf, isAlive, signal } from './process-table.ts'
import {
  bwrapOptions,
  enterCommand,
  joinGroupsScript,
  paths,
  type SandboxTool,
  startScript,
} from './sandbox.ts'
import { type Spec, Specs, textIn } from './spec.ts'
import { readStatus, type SandboxStatus } from './status.ts'

const run = promisify(execFile)

interface Setup {
  /** Holds a folder for each session, \`kernels\`; how each goes, \`status\`; and \`service-defs\`. */
  readonly base: string
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
  readonly #specs: Specs
  readonly #launcher: Launcher
  readonly #ports = new PortRelays()
  readonly #isRoot = process.getuid?.() === 0

  private constructor(setup: Setup) {
    this.#setup = setup
    this.#specs = new Specs(join(setup.base, 'kernels'))
    this.#launcher = new Launcher(join(setup.base, 'status'))
    this.isolation = describeIsolation(setup, this.#isRoot)
  }

  /** Looks what this node can do, unless told which tool to take. Throws where it can make no sandbox at all. */
  static async open(home: string, agentId: string, tool?: SandboxTool): Promise<ProcessDriver> {
    const base = reachableFolder(home)
    mkdirSync(join(base, 'kernels'), { recursive: true, mode: 0o711 })
    mkdirSync(join(base, 'status'), { recursive: true, mode: 0o700 })
    writeServiceDefinitions(join(base, 'service-defs'))
    const bwrap =
      tool === 'unshare' ? undefined : await run('bwrap', ['--version']).catch(() => undefined)
    const unshare = bwrap ?? (await run('unshare', ['--version']))
    return new ProcessDriver({
      base,
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

  #paths(id: string): ReturnType<typeof paths> {
    return paths(join(this.#setup.base, 'kernels', id))
  }

  #statusPath(id: string): string {
    return join(this.#setup.base, 'status', id)
  }

  #status(id: string): SandboxStatus | undefined {
    return readStatus(this.#statusPath(id))
  }

  async list(clusterId: string): Promise<Container[]> {
    const ids = this.#specs.ids().filter(id => {
      const spec = this.#specs.find(id)
      // Without a spec it was never finished: nobody else's, and to be removed.
      return spec === undefined || spec.clusterId === clusterId
    })
    return ids.map(id => ({ id, kernelId: id, isRunning: this.#state(id)?.phase === 'running' }))
  }

  async start(kernel: DesiredKernel, clusterId: string, grant: Grant): Promise<string> {
    const id = kernel.kernelId
    const own = this.#paths(id)
    if (textIn(own.pid)) return id
    const spec = this.#prepare(kernel, clusterId, { grant, files: await grant.deviceFiles() })
    if (this.#setup.tool === 'bwrap') await this.#launcher.launch(own.folder)
    else
      await launchAlone(own.folder, join(this.#setup.base, 'status'), {
        env: spec.environ,
        cwd: own.home,
      })
    await this.#begun(id)
    return id
  }

  /** Waits until it can be entered, or has ended already. */
  async #begun(id: string): Promise<void> {
    const deadline = performance.now() + 10_000
    for (let restMs = 5; ; restMs = Math.min(50, restMs * 1.3)) {
      if (this.#sandboxPid(id) !== undefined) return
      const phase = this.#state(id)?.phase
      if (phase === 'ended') return
      if (performance.now() > deadline)
        throw new Error('the sandbox did not start within ten seconds')
      await sleep(restMs)
    }
  }

  #prepare(
    kernel: DesiredKernel,
    clusterId: string,
    { grant, files }: { grant: Grant; files: readonly string[] },
  ): Spec {
    const { tool, cgroups, agentId, base } = this.#setup
    const own = this.#paths(kernel.kernelId)
    // Others may pass through to what they are shown of it, and see nothing else.
    mkdirSync(own.folder, { recursive: true, mode: 0o711 })
    mkdirSync(own.home, { recursive: true, mode: 0o700 })
    const uid = this.#isRoot ? this.#specs.freeUid() : null
    if (uid !== null) chownSync(own.home, uid, uid)
    writeFileSync(
      own.passwd,
      'root:x:0:0::/:/usr/sbin/nologin\nwork:x:1000:1000::/home/work:/bin/bash\n',
    )
    writeFileSync(own.group, 'root:x:0:\nwork:x:1000:\n')
    writeFileSync(own.hosts, `127.0.0.1 localhost ${kernel.hostname}\n::1 localhost\n`)
    writeFileSync(own.output, '', { flag: 'a', mode: 0o600 })
    const { cpu = 0, mem = 0 } = toAmounts(kernel.resources)
    const limits = { cpuMilli: cpu, memBytes: mem }
    const groups = makeGroups(cgroups, groupPath(agentId, kernel.kernelId), limits)
    const environ = {
      PATH: '/home/work/.local/bin:/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin',
      LANG: 'C.UTF-8',
      ...kernel.environ,
      ...grant.environ,
      HOME: tool === 'bwrap' ? '/home/work' : own.home,
      USER: 'work',
      SHELL: '/bin/bash',
    }
    const { folder } = own
    const options = bwrapOptions(kernel, {
      folder,
      environ,
      deviceFiles: files,
      folders: grant.folders,
      serviceDefinitions: join(base, 'service-defs'),
    })
    writeFileSync(own.options, options.map(option => `${option}\0`).join(''), { mode: 0o600 })
    writeFileSync(own.start, startScript(tool, kernel, { folder, groups, uid }), { mode: 0o600 })
    const spec: Spec = { kernelId: kernel.kernelId, clusterId, uid, groups, environ }
    this.#specs.write(spec)
    return spec
  }

  async inspect(id: string): Promise<ContainerState | undefined> {
    const state = this.#state(id)
    return state && { ...state, isOutOfMemory: (await this.#oomKills(id)) > 0 }
  }

  #state(id: string): Omit<ContainerState, 'isOutOfMemory'> | undefined {
    const own = this.#paths(id)
    if (!existsSync(own.folder)) return undefined
    const process = textIn(own.pid)
    if (!process) return { phase: 'created', exitCode: null, startedAt: null, endedAt: null }
    const startedAt = statSync(own.pid).mtime.toISOString()
    // Looked at before the status: what it tells last is there when it is gone.
    const lives = isAlive(process)
    const status = this.#status(id)
    if (status?.exitCode !== undefined)
      return {
        phase: 'ended',
        exitCode: status.exitCode,
        startedAt,
        endedAt: status.at.toISOString(),
      }
    return lives
      ? { phase: 'running', exitCode: null, startedAt, endedAt: null }
      : { phase: 'ended', exitCode: 137, startedAt, endedAt: new Date().toISOString() }
  }

  /** Processes of it that were ended because the memory ran out. */
  #oomKills(id: string): Promise<number> {
    return readOomKills(groupPath(this.#setup.agentId, id))
  }

  async stop(id: string, graceS: number): Promise<void> {
    const init = this.#sandboxPid(id)
    if (init !== undefined) for (const pid of childrenOf(init)) signal(pid, 'SIGTERM')
    const deadline = performance.now() + graceS * 1000
    while (this.#state(id)?.phase === 'running') {
      if (performance.now() > deadline) this.#kill(id)
      if (performance.now() > deadline + 5000) throw new Error('the sandbox does not end')
      await sleep(20)
    }
  }

  /** The end of the first process of a namespace is the end of all in it. One that never got so far is ended from outside. */
  #kill(id: string): void {
    const outer = this.#outerPid(id)
    if (outer === undefined) return
    signal(this.#sandboxPid(id) ?? (this.#setup.tool === 'bwrap' ? outer : -outer), 'SIGKILL')
  }

  async remove(id: string): Promise<void> {
    if (this.#state(id)?.phase === 'running') await this.stop(id, 1)
    await this.#ports.close(id)
    removeGroups(this.#setup.cgroups, groupPath(this.#setup.agentId, id))
    // A start that was asked for twice may just be finding that it is too late.
    rmSync(this.#paths(id).folder, { recursive: true, force: true, maxRetries: 3, retryDelay: 10 })
    rmSync(this.#statusPath(id), { force: true })
    this.#specs.forget(id)
  }

  async pull(): Promise<void> {
    throw new Error('the local environment is what this node has: nothing can be pulled for it')
  }

  async *output(id: string, { follow }: { follow: boolean }): AsyncIterable<Buffer> {
    const file = await open(this.#paths(id).output, 'r')
    try {
      for (let position = 0; ;) {
        // Asked before reading: what is written until the end is read after it.
        const isLive = follow && this.#state(id)?.phase === 'running'
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

  /** The process that holds the sandbox, as this node numbers it. */
  #outerPid(id: string): number | undefined {
    const process = textIn(this.#paths(id).pid)
    return process ? Number(process.split(' ')[0]) : undefined
  }

  /** First process of the sandbox, as this node numbers it. */
  #sandboxPid(id: string): number | undefined {
    const told = this.#status(id)?.childPid
    if (told !== undefined || this.#setup.tool === 'bwrap') return told
    // `unshare` tells nothing: its child is the first one.
    const [tool] = childrenOf(this.#outerPid(id) ?? 0)
    return tool === undefined ? undefined : childrenOf(tool)[0]
  }

  #inside(
    id: string,
    command: readonly string[],
  ): { words: string[]; env: Record<string, string> } {
    const spec = this.#specs.find(id)
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

  /** Ends are told as they are written down. Nothing tells of memory: that is looked at now and then. */
  async watch(
    onChange: (kernelId: string, outOfMemory: boolean) => void,
    stop: AbortSignal,
  ): Promise<void> {
    const events = watchFolder(join(this.#setup.base, 'status'), (_, id) => {
      if (id !== null && this.#status(id)?.exitCode !== undefined) onChange(id, false)
    })
    events.on('error', () => events.close())
    const told = new Set<string>()
    while (!stop.aborted) {
      for (const id of this.#specs.ids().filter(one => !told.has(one)))
        if ((await this.#oomKills(id)) > 0) {
          told.add(id)
          onChange(id, true)
        }
      await pause(1000, stop)
    }
    events.close()
  }

  async close(): Promise<void> {
    this.#launcher.close()
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
export function reachableFolder(home: string): string {
  if (process.getuid?.() !== 0) return home
  return join('/var/lib/capstan', createHash('sha256').update(home).digest('hex').slice(0, 16))
}
