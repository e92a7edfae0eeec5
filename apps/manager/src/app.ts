import type { Log } from '@capstan/runtime/log'
import type { JWK } from 'jose'
import type { Changes } from './db/changes.ts'
import type { Db } from './db/db.ts'
import type { SealKey } from './db/seal.ts'
import type { KnownMachine } from './machine/machine.store.ts'
import type { Admission } from './rate-limit/admission.ts'
import type { Wake } from './wake.ts'

/** What every handler and loop works with. Built once, in main.ts. */
export interface App {
  readonly db: Db
  readonly log: Log
  readonly sealKey: SealKey
  readonly clusterId: string
  /** Signs tickets; its public half goes to agents. */
  readonly ticketKeys: { readonly privateJwk: JWK; readonly publicJwk: JWK }
  readonly now: () => Date
  /** How long the log of operations is kept. */
  readonly logDays: number
  /** Counts requests against the limits of their keypairs. */
  readonly admission: Admission
  /** The machine that holds the token with a hash. */
  readonly findMachine: (tokenHash: Buffer) => Promise<KnownMachine | undefined>
  /** Wakes loops and waiting agents, in this process at once and in the others by `notify`. */
  readonly wake: Wake
  /** What changed in the database, for the event streams. */
  readonly changes: Changes
}
