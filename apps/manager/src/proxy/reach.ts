const isLoopback = (hostname: string): boolean =>
  hostname === 'localhost' ||
  hostname.endsWith('.localhost') ||
  hostname.startsWith('127.') ||
  hostname === '[::1]'

/**
 * The address of a proxy as somebody reaches it who reached us under `hostname`. A proxy that knows itself only by a loopback
 * address runs beside us: others find it under the name by which they found us.
 */
export function addressFor(address: string, hostname: string): URL {
  const url = new URL(address)
  if (isLoopback(url.hostname) && !isLoopback(hostname)) url.hostname = hostname
  return url
}

/** Whether names under `appsHost` lead there from where `hostname` was used: those of `localhost` lead to one's own machine. */
export const reachesApps = (appsHost: string, hostname: string): boolean =>
  !isLoopback(appsHost.replace(/:\d+$/, '')) || isLoopback(hostname)
