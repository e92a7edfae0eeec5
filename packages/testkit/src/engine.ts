import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buildSessionImage } from './session-image.ts'
import { until } from './system.ts'

/** A container engine of a test's own, which may be killed: dockerd with all its state in a temporary folder. Debian, root. */
export interface TestEngine {
  /** For `DOCKER_HOST`. */
  readonly host: string
  readonly socket: string
  /** As a power cut would; its containers' processes live on. */
  readonly kill: () => Promise<void>
  readonly start: () => Promise<void>
  /** Containers with this label (`name=value`), running or not. */
  readonly containers: (label: string) => Promise<EngineContainer[]>
  /** Runs a program in the network of the engine, which is not ours. */
  readonly spawn: (command: string, args: readonly string[]) => ChildProcess
  readonly stop: () => Promise<void>
}

export interface EngineContainer {
  readonly id: string
  readonly state: string
  readonly labels: Readonly<Record<string, string>>
}

/** Whether this machine can run an engine for tests. */
export const canRunEngine = (): boolean =>
  process.platform === 'linux' && process.getuid?.() === 0 && existsSync('/usr/sbin/dockerd')

export async function startTestEngine(): Promise<TestEngine> {
  const folder = mkdtempSync(join(tmpdir(), 'capstan-engine-'))
  const socket = join(folder, 'docker.sock')
  const host = `unix://${socket}`
  let daemon: ChildProcess | undefined
  const options = [
    '--data-root',
    join(folder, 'data'),
    '--exec-root',
    join(folder, 'run'),
    '--pidfile',
    join(folder, 'pid'),
    '-H',
    host,
    '--userland-proxy=false',
  ]
  const start = async (): Promise<void> => {
    rmSync(join(folder, 'pid'), { force: true })
    // A killed engine takes its containerd along; while that is a zombie, its pid file would say that it lives.
    rmSync(join(folder, 'run/containerd/containerd.pid'), { force: true })
    // In a network of its own: a second engine beside the machine's would take its bridge and firewall rules away.
    const inside = 'ip link set lo up && exec /usr/sbin/dockerd "$@"'
    daemon = spawn('unshare', ['--net', 'sh', '-c', inside, 'sh', ...options], { stdio: 'ignore' })
    await until('the engine answers', async () => (await get(socket, '/_ping')) === 'OK', {
      patienceMs: 60_000,
    })
  }
  const exited = (): Promise<void> =>
    new Promise(resolve => {
      if (!daemon || daemon.exitCode !== null || daemon.signalCode !== null) resolve()
      else daemon.once('exit', () => resolve())
    })
  await start()
  buildSessionImage('tiny', host)
  return {
    host,
    socket,
    start,
    kill: async () => {
      daemon?.kill('SIGKILL')
      await exited()
    },
    containers: async label => {
      const filters = encodeURIComponent(JSON.stringify({ label: [label] }))
      const listed = JSON.parse(await get(socket, `/containers/json?all=1&filters=${filters}`)) as {
        Id: string
        State: string
        Labels: Record<string, string>
      }[]
      return listed.map(({ Id, State, Labels }) => ({ id: Id, state: State, labels: Labels }))
    },
    spawn: (command, args) =>
      spawn('nsenter', ['--net', '--target', String(daemon!.pid), command, ...args], {
        stdio: 'ignore',
      }),
    stop: async () => {
      daemon?.kill('SIGTERM')
      await exited()
      // Shims that outlived a killed daemon are found by the folder they name.
      spawnSync('pkill', ['-KILL', '-f', folder])
      spawnSync('sh', [
        '-c',
        `awk '{print $2}' /proc/mounts | grep '^${folder}' | sort -r | xargs -r umount -l`,
      ])
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** A GET over a Unix socket; rejects on anything but 200. */
function get(socketPath: string, path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const sent = request({ socketPath, path }, response => {
      const pieces: Buffer[] = []
      response.on('data', (piece: Buffer) => pieces.push(piece))
      response.on('error', reject)
      response.on('end', () => {
        const text = Buffer.concat(pieces).toString()
        if (response.statusCode === 200) resolve(text)
        else reject(new Error(`the engine answered ${response.statusCode}: ${text}`))
      })
    })
    sent.on('error', reject)
    sent.setTimeout(20_000, () => sent.destroy(new Error('the engine does not answer')))
    sent.end()
  })
}
