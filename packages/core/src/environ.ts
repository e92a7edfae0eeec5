import type { ImageApp } from '@capstan/contract/session'

export interface KernelPlace {
  readonly sessionId: string
  readonly sessionName: string
  readonly sessionType: string
  readonly kernelId: string
  readonly image: string
  readonly accessKey: string
  readonly userId: string
  readonly userEmail: string
  readonly apps: readonly ImageApp[]
  readonly role: 'main' | 'sub'
  readonly index: number
  /** Host names of the session's kernels, in the order of their indexes. */
  readonly hosts: readonly string[]
}

/** What every container of ours finds in its environment, by the names that existing images and tools expect (formats.md). */
export function platformEnviron(place: KernelPlace): Record<string, string> {
  const subs = place.hosts.length - 1
  return {
    BACKENDAI_SESSION_ID: place.sessionId,
    BACKENDAI_SESSION_NAME: place.sessionName,
    BACKENDAI_SESSION_MODE: place.sessionType,
    BACKENDAI_KERNEL_ID: place.kernelId,
    BACKENDAI_KERNEL_IMAGE: place.image,
    BACKENDAI_ACCESS_KEY: place.accessKey,
    BACKENDAI_USER_UUID: place.userId,
    BACKENDAI_USER_EMAIL: place.userEmail,
    BACKENDAI_SERVICE_PORTS: place.apps.map(servicePort).join(','),
    BACKENDAI_CLUSTER_ROLE: place.role,
    BACKENDAI_CLUSTER_IDX: String(place.role === 'main' ? 1 : place.index),
    BACKENDAI_CLUSTER_LOCAL_RANK: String(place.index),
    BACKENDAI_CLUSTER_SIZE: String(place.hosts.length),
    BACKENDAI_CLUSTER_HOST: place.hosts[place.index] ?? '',
    BACKENDAI_CLUSTER_HOSTS: place.hosts.join(','),
    BACKENDAI_CLUSTER_REPLICAS: subs > 0 ? `main:1,sub:${subs}` : 'main:1',
  }
}

const servicePort = ({ name, protocol, ports }: ImageApp): string =>
  `${name}:${protocol}:${ports.length === 1 ? ports[0] : `[${ports.join(',')}]`}`

/** `main1`, `sub1`, `sub2` … for the kernel of this index. */
export const hostnameOf = (index: number): string => (index === 0 ? 'main1' : `sub${index}`)
