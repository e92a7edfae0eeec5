import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { Agent, get } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { api } from '@capstan/contract/api'
import { freePort, startSystem, type System, until } from '@capstan/testkit/system'
import Docker from 'dockerode'
import { WebSocket } from 'ws'
import type { Figures } from './main.ts'
import { median, rounded } from './statistics.ts'

const reference = 'capstan/base:1.0-py311-debian12'
const mib = 2 ** 20
const bigBytes = 64 * mib
const rounds = 5
const roundMs = 1500
const connections = 8
const nginxPath = '/usr/sbin/nginx'

interface Target {
  readonly origin: string
  readonly headers: Record<string, string>
}

/**
 * Requests and bytes a second of one web application: directly at its container's address, through Debian's nginx, and through
 * our proxy and relay, in turn; and how long a terminal takes to echo a character.
 */
export async function proxyBench(): Promise<Figures> {
  const system = await startSystem({ env: { CAPSTAN_RUNTIME: 'docker' } })
  const stops: (() => void)[] = []
  try {
    const session = await startSession(system)
    const direct = { origin: `http://${await addressOf(session.containerId)}:8010`, headers: {} }
    const ours = await openFiles(system, session.id)
    const nginx = await startNginx(direct.origin, stops)
    const targets = { direct, ours, ...(nginx && { nginx }) }
    const requests = await measure(targets, requestsPerSecond)
    const bytes = await measure(targets, bytesPerSecond)
    return {
      requestsRatioDirect: rounded(requests['ours']! / requests['direct']!),
      requestsRatioNginx: rounded(requests['ours']! / (requests['nginx'] ?? Number.NaN)),
      bytesRatioDirect: rounded(bytes['ours']! / bytes['direct']!),
      bytesRatioNginx: rounded(bytes['ours']! / (bytes['nginx'] ?? Number.NaN)),
      requestsPerSecond: rounded(requests['ours']!),
      mibPerSecond: rounded(bytes['ours']! / mib),
      echoP50Ms: rounded(await echoMs(system, session.id)),
    }
  } finally {
    for (const stop of stops) stop()
    const { items } = await system.call(api.session.list, { state: 'live' })
    if (items.length > 0)
      await system.call(api.session.terminate, { ids: items.map(({ id }) => id) })
    await until(
      'all has ended',
      async () => (await system.call(api.session.list, { state: 'live' })).items.length === 0,
      { patienceMs: 60_000 },
    )
    await system.stop()
  }
}

async function startSession(system: System): Promise<{ id: string; containerId: string }> {
  const find = async () => (await system.call(api.image.list, { reference })).items[0]
  await until('the image is known', async () => (await find()) !== undefined, {
    patienceMs: 30_000,
  })
  const { id } = await system.call(api.session.create, {
    name: 'bench-proxy',
    projectId: (await system.call(api.account.show, {})).projects[0]!.id,
    imageId: (await find())!.id,
    resources: { cpu: 1, mem: 512 * mib },
    startupCommand: `head -c ${bigBytes} /dev/zero > big; echo hello > small`,
  })
  await until(
    'it runs',
    async () => (await system.call(api.session.show, { id })).status === 'running',
    { patienceMs: 60_000 },
  )
  const { kernels } = await system.call(api.session.show, { id })
  return { id, containerId: kernels[0]!.containerId! }
}

async function addressOf(containerId: string): Promise<string> {
  const { NetworkSettings } = await new Docker().getContainer(containerId).inspect()
  return Object.values(NetworkSettings.Networks)[0]!.IPAddress
}

/** Opens the application as a browser would; the name under `apps.localhost` is not asked of any name server here. */
async function openFiles(system: System, id: string): Promise<Target> {
  const { url } = await system.call(api.session.openApp, { id, app: 'files' })
  const { host, port, pathname, search } = new URL(url)
  const origin = `http://127.0.0.1:${port}`
  const opened = await fetchHead(`${origin}${pathname}${search}`, { host })
  const cookie = opened.cookie.split(';')[0]!
  const headers = { host, cookie }
  await until(
    'the application answers',
    async () => (await fetchHead(`${origin}/small`, headers)).status === 200,
    { patienceMs: 60_000 },
  )
  return { origin, headers }
}

function fetchHead(
  url: string,
  headers: Record<string, string>,
): Promise<{ status: number; cookie: string }> {
  return new Promise((resolve, reject) => {
    get(url, { headers }, response => {
      response.resume()
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          cookie: response.headers['set-cookie']?.[0] ?? '',
        }),
      )
    }).on('error', reject)
  })
}

async function startNginx(upstream: string, stops: (() => void)[]): Promise<Target | undefined> {
  if (!existsSync(nginxPath)) {
    console.error(`${nginxPath} is not installed: nothing to compare with`)
    return undefined
  }
  const folder = mkdtempSync(join(tmpdir(), 'capstan-nginx-'))
  const port = await freePort()
  const config = `worker_processes 1; pid ${folder}/pid; error_log ${folder}/error.log; daemon off;
events { worker_connections 512; }
http { access_log off; client_body_temp_path ${folder}/b; proxy_temp_path ${folder}/p; fastcgi_temp_path ${folder}/f; uwsgi_temp_path ${folder}/u; scgi_temp_path ${folder}/s;
  server { listen 127.0.0.1:${port}; location / { proxy_pass ${upstream}; proxy_buffering off; proxy_http_version 1.1; proxy_set_header Connection ""; } } }`
  writeFileSync(join(folder, 'nginx.conf'), config)
  const child: ChildProcess = spawn(nginxPath, ['-c', join(folder, 'nginx.conf'), '-p', folder], {
    stdio: 'ignore',
  })
  stops.push(() => {
    child.kill('SIGTERM')
    rmSync(folder, { recursive: true, force: true })
  })
  const target = { origin: `http://127.0.0.1:${port}`, headers: {} }
  await until(
    'nginx answers',
    async () => (await fetchHead(`${target.origin}/small`, {})).status === 200,
    { patienceMs: 10_000 },
  )
  return target
}

/** Median over rounds in which each target has its turn. */
async function measure(
  targets: Readonly<Record<string, Target>>,
  once: (target: Target) => Promise<number>,
): Promise<Record<string, number>> {
  const values: Record<string, number[]> = {}
  for (let round = 0; round < rounds; round++)
    for (const [name, target] of Object.entries(targets))
      (values[name] ??= []).push(await once(target))
  return Object.fromEntries(Object.entries(values).map(([name, list]) => [name, median(list)]))
}

async function requestsPerSecond({ origin, headers }: Target): Promise<number> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections })
  const begin = performance.now()
  let done = 0
  const client = async (): Promise<void> => {
    while (performance.now() - begin < roundMs) {
      await load(`${origin}/small`, headers, agent)
      done++
    }
  }
  await Promise.all(Array.from({ length: connections }, client))
  agent.destroy()
  return (done / (performance.now() - begin)) * 1000
}

async function bytesPerSecond({ origin, headers }: Target): Promise<number> {
  const begin = performance.now()
  const bytes = await load(`${origin}/big`, headers, new Agent())
  return (bytes / (performance.now() - begin)) * 1000
}

function load(url: string, headers: Record<string, string>, agent: Agent): Promise<number> {
  return new Promise((resolve, reject) => {
    get(url, { headers, agent }, response => {
      let bytes = 0
      response.on('data', (data: Buffer) => (bytes += data.length))
      response.on('end', () =>
        response.statusCode === 200
          ? resolve(bytes)
          : reject(new Error(`${url} answered ${response.statusCode}`)),
      )
      response.on('error', reject)
    }).on('error', reject)
  })
}

/** From a key to its echo, through proxy, relay and engine. */
async function echoMs(system: System, id: string): Promise<number> {
  const { url } = await system.call(api.session.openTerminal, { id, command: ['cat'] })
  const socket = new WebSocket(url)
  const arrived = (): Promise<void> =>
    new Promise(resolve => {
      const listen = (_: unknown, isBinary: boolean): void => {
        if (!isBinary) return
        socket.off('message', listen)
        resolve()
      }
      socket.on('message', listen)
    })
  await new Promise((resolve, reject) => {
    socket.once('message', resolve)
    socket.once('error', reject)
  })
  const times: number[] = []
  for (let i = 0; i < 100; i++) {
    const begin = performance.now()
    const echoed = arrived()
    socket.send(Buffer.from('x'))
    await echoed
    times.push(performance.now() - begin)
  }
  socket.close()
  return median(times.slice(10))
}
