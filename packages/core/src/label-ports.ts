import type { ImageApp } from '@capstan/contract/session'

/** Ports that the platform uses inside containers by itself. */
const reserved = new Set([2000, 2001, 2002, 2003, 2200, 7681])

const protocols = ['http', 'tcp', 'preopen', 'vnc', 'rdp'] as const

/** `name:protocol:port`, comma-separated; several ports as `[8080,8081]`. What is wrong is left out, with a warning. */
export function parseServicePorts(text: string): { apps: ImageApp[]; warnings: string[] } {
  const apps: ImageApp[] = []
  const warnings: string[] = []
  const used = new Set<number>()
  for (const entry of entriesOf(text)) {
    const fields = /^([^:]+):([^:]+):(?:(\d+)|\[([\d,\s]*)\])$/.exec(entry)
    if (!fields) {
      warnings.push(`service port ${entry} is not of the form name:protocol:port`)
      continue
    }
    const name = fields[1]!.trim()
    const protocol = protocols.find(known => known === fields[2]!.trim())
    const ports = (fields[3] ?? fields[4] ?? '').split(',').filter(Boolean).map(Number)
    // From older images; terminals need no port today.
    if (fields[2] === 'pty') continue
    const wrong = faultOf(name, protocol, ports, used, apps)
    if (wrong !== undefined || protocol === undefined) {
      warnings.push(`service port ${entry}: ${wrong ?? 'unknown protocol'}`)
      continue
    }
    for (const port of ports) used.add(port)
    apps.push({ name, protocol, ports })
  }
  return { apps, warnings }
}

/** Commas inside brackets do not separate. */
const entriesOf = (text: string): string[] =>
  (text.match(/[^,[\]]+(?:\[[^\]]*\])?/g) ?? []).map(entry => entry.trim()).filter(Boolean)

function faultOf(
  name: string,
  protocol: string | undefined,
  ports: readonly number[],
  used: ReadonlySet<number>,
  apps: readonly ImageApp[],
): string | undefined {
  if (protocol === undefined) return 'unknown protocol'
  if (apps.some(app => app.name === name)) return 'the name stands there twice'
  if (ports.length === 0) return 'no port'
  for (const port of ports) {
    if (port <= 1024 || port >= 65_535) return `port ${port} is not between 1025 and 65534`
    if (reserved.has(port)) return `port ${port} is reserved`
    if (used.has(port)) return `port ${port} is used twice`
  }
  return undefined
}
