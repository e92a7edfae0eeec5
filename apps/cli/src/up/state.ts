import { randomInt } from 'node:crypto'
import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { AgentId } from '@capstan/contract/agent'
import { readSecret, secretFile } from '@capstan/runtime/home'
import * as z from 'zod'

const port = z.int().min(1).max(65_535)

/** What a home remembers from one run to the next. Secrets are kept apart from it. */
const State = z.object({
  ports: z.object({ console: port, proxy: port, storage: port, relay: port }).optional(),
  /** Name of this machine's agent: stays when the host name changes, so that its sessions stay its own. */
  agentId: AgentId,
  adminEmail: z.string(),
  /** The first administrator exists: `CAPSTAN_ADMIN_*` no longer count. */
  isSeeded: z.boolean(),
})
export type State = z.infer<typeof State>

const pathOf = (home: string): string => join(home, 'state.json')

/** The state kept in a home; a fresh one where there is none or where it cannot be read. */
export function readState(home: string, adminEmail: string): State {
  try {
    const kept = State.parse(JSON.parse(readFileSync(pathOf(home), 'utf8')))
    return kept.isSeeded ? kept : { ...kept, adminEmail }
  } catch {
    return { agentId: agentIdFrom(hostname()), adminEmail, isSeeded: false }
  }
}

export function writeState(home: string, state: State): void {
  const draft = `${pathOf(home)}.${process.pid}`
  writeFileSync(draft, `${JSON.stringify(state, null, 2)}\n`, { mode: 0o600 })
  renameSync(draft, pathOf(home))
}

/** A host name as an agent may be called: small letters, digits, dots and dashes. */
export function agentIdFrom(host: string): string {
  const id = host
    .toLowerCase()
    .replaceAll(/[^a-z0-9.-]+/g, '-')
    .slice(0, 64)
    .replaceAll(/^[.-]+|[.-]+$/g, '')
  return id === '' ? 'local' : id
}

export interface Secrets {
  readonly database: string
  readonly encryptionKey: string
  readonly joinToken: string
}

/** Secrets of a home, made on first use. */
export const homeSecrets = (home: string): Secrets => ({
  database: secretFile(join(home, 'secrets/database-password')),
  encryptionKey:
    process.env['CAPSTAN_ENCRYPTION_KEY'] || secretFile(join(home, 'secrets/encryption.key')),
  joinToken: secretFile(join(home, 'secrets/join-token')),
})

export const adminPasswordPath = (home: string): string => join(home, 'secrets/admin-password')

/** Letters and digits that are not mistaken for each other. */
const alphabet = 'abcdefghjkmnpqrstuvwxyz23456789'

/** Twenty of them in groups, to be typed from a screen: 99 bits. */
const makePassword = (): string => {
  const letters = Array.from({ length: 20 }, () => alphabet[randomInt(alphabet.length)])
  return [0, 5, 10, 15].map(at => letters.slice(at, at + 5).join('')).join('-')
}

/** The first administrator's password that we made and keep; undefined when it was given to us, or the file is gone. */
export function adminPassword(home: string, isSeeded: boolean): string | undefined {
  if (isSeeded) return readSecret(adminPasswordPath(home))
  return secretFile(adminPasswordPath(home), makePassword)
}
