import type { DesiredKernel } from '@capstan/contract/sync'
import type Docker from 'dockerode'
import { isMock } from '../devices/mock.ts'

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
}

/** The container of a kernel for the engine: its limits, labels, user, and what it runs. */
export function containerOptions(
  kernel: DesiredKernel,
  { clusterId, agentId, network }: Place,
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
      kernel.sessionType === 'batch' ? batchScript : interactiveScript,
      'session',
    ],
    Cmd: kernel.startupCommand === null ? [] : [kernel.startupCommand],
    Env: Object.entries({ ...kernel.environ, ...deviceEnviron(kernel) }).map(
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
      ...devices(kernel),
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

const idsOf = (kernel: DesiredKernel): string[] => kernel.devices.map(({ deviceId }) => deviceId)

function devices(kernel: DesiredKernel): Docker.HostConfig {
  const gpus = idsOf(kernel).filter(id => id.startsWith('GPU-'))
  return gpus.length === 0
    ? {}
    : { DeviceRequests: [{ Driver: 'nvidia', DeviceIDs: gpus, Capabilities: [['gpu']] }] }
}

function deviceEnviron(kernel: DesiredKernel): Record<string, string> {
  const mocks = idsOf(kernel).filter(isMock)
  return mocks.length === 0 ? {} : { CAPSTAN_MOCK_DEVICES: mocks.join(',') }
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
