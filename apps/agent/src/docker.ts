import Docker from 'dockerode'
import type { DesiredKernel } from '@capstan/contract/sync'

export const labels = {
  cluster: 'capstan.cluster',
  agent: 'capstan.agent',
  kernel: 'capstan.kernel',
  session: 'capstan.session',
} as const

export interface FoundContainer {
  readonly id: string
  readonly kernelId: string
  readonly isRunning: boolean
  readonly isCreated: boolean
}

export const containerName = (kernelId: string): string => `capstan-${kernelId}`

/** The container of a kernel, for the engine: limits, labels, user, and what it runs. */
export function containerOptions(
  kernel: DesiredKernel,
  {
    clusterId,
    agentId,
    network,
    image,
  }: { clusterId: string; agentId: string; network: string; image: string },
): Docker.ContainerCreateOptions {
  const memory = kernel.resources['mem'] ?? 0
  return {
    name: containerName(kernel.kernelId),
    Image: image,
    Hostname: kernel.hostname,
    User: '1000:1000',
    WorkingDir: '/home/work',
    Entrypoint: [
      '/bin/sh',
      '-c',
      kernel.sessionType === 'batch' ? batchScript : interactiveScript,
      'session',
    ],
    Cmd: kernel.startupCommand === null ? [] : [kernel.startupCommand],
    Env: Object.entries(kernel.environ).map(([name, value]) => `${name}=${value}`),
    Labels: {
      [labels.cluster]: clusterId,
      [labels.agent]: agentId,
      [labels.kernel]: kernel.kernelId,
      [labels.session]: kernel.sessionId,
    },
    HostConfig: {
      Init: true,
      NetworkMode: network,
      NanoCpus: Math.round((kernel.resources['cpu'] ?? 0) * 1e9),
      Memory: memory,
      MemorySwap: memory,
      PidsLimit: 4096,
      ShmSize: kernel.shmemBytes,
      CapDrop: ['ALL'],
      ...(kernel.isSudoEnabled
        ? {
            GroupAdd: ['sudo'],
            CapAdd: ['CHOWN', 'DAC_OVERRIDE', 'FOWNER', 'SETUID', 'SETGID', 'KILL', 'AUDIT_WRITE'],
          }
        : { SecurityOpt: ['no-new-privileges:true'] }),
      LogConfig: { Type: 'json-file', Config: { 'max-size': '64m', 'max-file': '2' } },
    },
  }
}

const interactiveScript = `trap 'exit 0' TERM INT
if [ $# -gt 0 ]; then sh -c "$1" & fi
while :; do sleep 86400 & wait $!; done`

const batchScript = `exec "$(command -v bash || echo /bin/sh)" -c "$1"`
