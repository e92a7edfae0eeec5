import { randomBytes } from 'node:crypto'
import { linkSync, mkdirSync, readFileSync, renameSync, unlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod'
import { isAlive, markOf, type ProcessMark, signalProcess, waitForEnd } from './process.ts'
import { ProcessMark as ProcessMarkSchema } from './process.ts'

const LockFile = z.object({
  owner: ProcessMarkSchema,
  /** Console address, once it is known. */
  url: z.string().nullable(),
  /** Programs that the owner has started. */
  children: z.array(ProcessMarkSchema),
})
type LockFile = z.infer<typeof LockFile>

export interface HomeLock {
  /** Writes down what runs, so that the next start can end what a kill leaves of it. On a full disk it is not written down. */
  readonly record: (running: { url: string | null; pids: readonly number[] }) => void
  readonly release: () => void
}

/** Longest time that programs of a killed run take to notice that their parent is gone, and to stop. */
const orphanGraceMs = 12_000

/**
 * Takes the folder for this process. Throws when a living `up` has it; ends the programs that a killed one has left.
 * Identity is process number and start time, so a reused number is not mistaken for the owner.
 */
export async function lockHome(home: string): Promise<HomeLock> {
  mkdirSync(home, { recursive: true, mode: 0o700 })
  const path = join(home, 'up.lock')
  const owner = markOf(process.pid)
  if (owner === undefined) throw new Error('cannot find out when this process was started')
  const lock: LockFile = { owner, url: null, children: [] }
  while (!tryCreate(path, lock)) {
    const found = read(path)
    if (found && isAlive(found.owner))
      throw new Error(
        `Capstan already runs on ${home} (process ${found.owner.pid}${found.url === null ? '' : `, ${found.url}`}): stop that one first, or set CAPSTAN_HOME and CAPSTAN_PORT for a second one`,
      )
    if (found) await endOrphans(found.children)
    removeStale(path, found)
  }
  return {
    record: ({ url, pids }) => {
      try {
        write(path, { owner, url, children: pids.flatMap(pid => markOf(pid) ?? []) })
      } catch {
        // The programs go on; the next start waits for those that the last list names.
      }
    },
    release: () => {
      if (read(path)?.owner.startedAt === owner.startedAt) unlinkSync(path)
    },
  }
}

async function endOrphans(children: readonly ProcessMark[]): Promise<void> {
  const stubborn = await waitForEnd(children, orphanGraceMs)
  for (const mark of stubborn) signalProcess(mark, 'SIGKILL')
  await waitForEnd(stubborn, 5000)
}

const draftOf = (path: string): string => `${path}.${process.pid}.${randomBytes(4).toString('hex')}`

/** Written beside and then linked: the name appears with its content, and only for the first of two. */
function tryCreate(path: string, lock: LockFile): boolean {
  const draft = draftOf(path)
  writeFileSync(draft, JSON.stringify(lock), { mode: 0o600 })
  try {
    linkSync(draft, path)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  } finally {
    unlinkSync(draft)
  }
}

function write(path: string, lock: LockFile): void {
  const draft = draftOf(path)
  writeFileSync(draft, JSON.stringify(lock), { mode: 0o600 })
  renameSync(draft, path)
}

/** Undefined when there is none, or when it cannot be read as one: then nobody can claim it. */
function read(path: string): LockFile | undefined {
  try {
    return LockFile.parse(JSON.parse(readFileSync(path, 'utf8')))
  } catch {
    return undefined
  }
}

/** Takes the stale file away, unless somebody has replaced it meanwhile: then puts theirs back. */
function removeStale(path: string, stale: LockFile | undefined): void {
  const aside = draftOf(path)
  try {
    renameSync(path, aside)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return
    throw error
  }
  const taken = read(aside)
  if (taken && taken.owner.startedAt !== stale?.owner.startedAt) renameSync(aside, path)
  else unlinkSync(aside)
}
