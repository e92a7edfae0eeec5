import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod'
import { paths } from './sandbox.ts'

const Spec = z.object({
  kernelId: z.string(),
  clusterId: z.string(),
  /** The user that it runs as; null: as this agent does. */
  uid: z.number().nullable(),
  /** Control groups that its processes are in. */
  groups: z.array(z.string()),
  environ: z.record(z.string(), z.string()),
})

/** What a local session was made with. Written once, and never changed. */
export type Spec = z.infer<typeof Spec>

/** First of the users that sessions run as where we are root: nobody else's on any system we know. */
const firstUid = 200_000

/** The specs of this node's local sessions: each in its session's folder, and remembered. */
export class Specs {
  readonly #folder: string
  readonly #known = new Map<string, Spec>()

  constructor(folder: string) {
    this.#folder = folder
  }

  /** Ids of all sessions that have a folder, with or without a spec. */
  ids(): string[] {
    return readdirSync(this.#folder)
  }

  /** Undefined where there is none: it is not there, or was never finished. */
  find(id: string): Spec | undefined {
    const known = this.#known.get(id)
    if (known) return known
    const text = textIn(paths(join(this.#folder, id)).spec)
    if (text === undefined) return undefined
    const spec = Spec.parse(JSON.parse(text))
    this.#known.set(id, spec)
    return spec
  }

  write(spec: Spec): void {
    const path = paths(join(this.#folder, spec.kernelId)).spec
    writeFileSync(path, JSON.stringify(spec), { mode: 0o600 })
    this.#known.set(spec.kernelId, spec)
  }

  forget(id: string): void {
    this.#known.delete(id)
  }

  /** One user a session, so that none can touch another's processes or files. */
  freeUid(): number {
    const used = new Set(this.ids().flatMap(id => this.find(id)?.uid ?? []))
    let uid = firstUid
    while (used.has(uid)) uid++
    return uid
  }
}

/** What stands in a file; undefined where there is none. */
export function textIn(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
