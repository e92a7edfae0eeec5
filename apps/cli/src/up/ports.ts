import { type AddressInfo, createServer } from 'node:net'

export const portNames = ['console', 'proxy', 'storage', 'relay'] as const
export type PortName = (typeof portNames)[number]
export type Ports = Record<PortName, number>

/** How far above the console's port we look for free ones. */
const searchWidth = 200

/** Whether a program could listen there now. */
export type IsFree = (port: number) => Promise<boolean>

export const isFreeOn =
  (host: string): IsFree =>
  port =>
    new Promise(resolve => {
      const probe = createServer()
      probe.once('error', () => resolve(false))
      probe.listen({ port, host, exclusive: true }, () => probe.close(() => resolve(true)))
    })

/**
 * The console at `console`, which must be free; the others where they were, when that is free and the console has not moved,
 * else at the next free ones.
 */
export async function choosePorts(
  console: number,
  { remembered, isFree }: { remembered: Ports | undefined; isFree: IsFree },
): Promise<Ports> {
  if (!(await isFree(console)))
    throw new Error(
      `port ${console} is held by another program: stop it, or choose another port with CAPSTAN_PORT`,
    )
  const before = remembered?.console === console ? remembered : undefined
  const ports: Ports = { console, proxy: 0, storage: 0, relay: 0 }
  for (const name of ['proxy', 'storage', 'relay'] as const) {
    const others = new Set(
      portNames.filter(other => other !== name).map(other => ports[other] || before?.[other]),
    )
    ports[name] = await choosePort(console, { before: before?.[name], others, isFree })
  }
  return ports
}

interface Choice {
  readonly before: number | undefined
  readonly others: ReadonlySet<number | undefined>
  readonly isFree: IsFree
}

async function choosePort(console: number, { before, others, isFree }: Choice): Promise<number> {
  if (before !== undefined && (await isFree(before))) return before
  return nextFreePort(console, async port => !others.has(port) && (await isFree(port)))
}

/** The first free port above `base`. */
export async function nextFreePort(base: number, isFree: IsFree): Promise<number> {
  const last = Math.min(65_535, base + searchWidth)
  for (let port = base + 1; port <= last; port++) if (await isFree(port)) return port
  throw new Error(`there is no free port between ${base + 1} and ${last}`)
}

/** Any free port of this machine. */
export const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      // The address of a listening TCP server is an AddressInfo, never a string.
      const { port } = probe.address() as AddressInfo
      probe.close(() => resolve(port))
    })
  })
