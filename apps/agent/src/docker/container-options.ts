import type { DesiredKernel } from '@capstan/contract/sync'
import { runsItsCommand } from '@capstan/core/session'
import type Docker from 'dockerode'
import type { Grant } from '../devices/grant.ts'

/** Labels that say whose a container is: all that an agent knows after a restart. */
export const labels = {
  cluster: 'capstan.cluster',
  agent: 'capstan.agent',
  kernel: 'capstan.kernel',
  session: 'capstan.session',
} as const

/** One name a kernel: a second container of it cannot be made. */
export const containerName = (kernelId: string): string => `capstan-${kernelId}`

/** The user `work` of our images. */
export const workUser = '1000:1000'

/** What `sudo` needs inside, and nothing more. */
const sudoCapabilities = [
  'AUDIT_WRITE',
  'CHOWN',
  'DAC_OVERRIDE',
  'FOWNER',
  'KILL',
  'SETGID',
  'SETUID',
]

const processLimit = 4096

export interface Place {
  readonly clusterId: string
  readonly agentId: string
  readonly network: string
  /** Names of the devices that the engine knows by the Container Device Interface. */
  readonly cdiDevices: ReadonlySet<string>
}

/** The container of a kernel for the engine: its limits, labels, user, and what it runs. */
export function containerOptions(
  kernel: DesiredKernel,
  grant: Grant,
  { clusterId, agentId, network, cdiDevices }: Place,
): Docker.ContainerCreateOptions {
  return {
    name: containerName(kernel.kernelId),
    Image: kernel.image.reference,
    Hostname: kernel.hostname,
    User: workUser,
    WorkingDir: '/home/work',
    Entrypoint: [
      '/bin/sh',
      '-c',
      runsItsCommand(kernel) ? batchScript : interactiveScript,
      'session',
    ],
    Cmd: kernel.startupCommand === null ? [] : [kernel.startupCommand],
    Env: Object.entries({ ...kernel.environ, ...grant.environ }).map(
      ([name, value]) => `${name}=${value}`,
    ),
    Labels: {
      [labels.cluster]: clusterId,
      [labels.agent]: agentId,
      [labels.kernel]: kernel.kernelId,
      [labels.session]: kernel.sessionId,
    },
    HostConfig: {
      NetworkMode: network,
      ...limits(kernel),
      ...privileges(kernel),
      ...devices(grant, cdiDevices),
    },
  }
}

function limits(kernel: DesiredKernel): Docker.HostConfig {
  const memory = kernel.resources['mem'] ?? 0
  return {
    Init: true,
    NanoCpus: Math.round((kernel.resources['cpu'] ?? 0) * 1e9),
    Memory: memory,
    // No swap: memory over the limit ends the session instead of slowing the node.
    MemorySwap: memory,
    PidsLimit: processLimit,
    ShmSize: kernel.shmemBytes,
    LogConfig: { Type: 'json-file', Config: { 'max-size': '100m', 'max-file': '1' } },
  }
}

const privileges = ({ isSudoEnabled }: DesiredKernel): Docker.HostConfig =>
  isSudoEnabled
    ? { CapDrop: ['ALL'], CapAdd: sudoCapabilities, GroupAdd: ['sudo'] }
    : { CapDrop: ['ALL'], SecurityOpt: ['no-new-privileges:true'] }

/** By the Container Device Interface where the engine knows all of them so, else by its own way for GPUs of NVIDIA. */
function devices({ gpus, folders }: Grant, cdiDevices: ReadonlySet<string>): Docker.HostConfig {
  const byName = gpus.map(uuid => `nvidia.com/gpu=${uuid}`)
  const request = byName.every(name => cdiDevices.has(name))
    ? { Driver: 'cdi', DeviceIDs: byName }
    : { Driver: 'nvidia', DeviceIDs: [...gpus], Capabilities: [['gpu']] }
  return {
    ...(gpus.length > 0 && { DeviceRequests: [request] }),
    ...(folders.length > 0 && { Binds: folders.map(folder => `${folder}:${folder}`) }),
  }
}

/**
 * Stays until it is told to go; a startup command runs beside it. Output and error output go through one pipe: an engine reads
 * two in any order, and the log would show an error long before or after the line that it followed.
 */
const interactiveScript = `exec 2>&1
trap 'exit 0' TERM INT
if [ $# -gt 0 ]; then sh -c "$1" & fi
while :; do sleep 86400 & wait $!; done`

const batchScript = `exec "$(command -v bash || echo /bin/sh)" -c "$1" 2>&1`
