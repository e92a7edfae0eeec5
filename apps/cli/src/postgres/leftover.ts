import { readdirSync, readFileSync, readlinkSync, realpathSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { markOf, type ProcessMark, signalProcess, waitForEnd } from '../up/process.ts'

/**
 * Ends what an earlier, killed run left behind: a server that goes on without us, the workers of one that was killed, and a
 * lock file that names a process which is gone, a zombie, or by now another program.
 */
export async function endLeftovers(dataFolder: string, socketFolder: string): Promise<void> {
  const left = serversIn(dataFolder)
  const main = left.find(mark => mark.pid === lockedBy(dataFolder))
  // An interrupt is a fast, orderly shutdown of the whole server. Workers whose server is gone end by themselves.
  if (main) signalProcess(main, 'SIGINT')
  const stubborn = await waitForEnd(left, 10_000)
  for (const mark of stubborn) signalProcess(mark, 'SIGKILL')
  const undying = await waitForEnd(stubborn, 5000)
  if (undying.length > 0)
    throw new Error(
      `an earlier PostgreSQL (process ${undying[0]!.pid}) uses ${dataFolder} and cannot be stopped`,
    )
  // Its lock files are ours to remove now: the next server would take a zombie, or a reused number, for a living owner.
  rmSync(join(dataFolder, 'postmaster.pid'), { force: true })
  rmSync(join(socketFolder, '.s.PGSQL.5432.lock'), { force: true })
}

/** The process that the server's lock file names. */
export function lockedBy(dataFolder: string): number | undefined {
  const pid = Number(lockLines(dataFolder)[0])
  return Number.isInteger(pid) && pid > 0 ? pid : undefined
}

/** Whether the server of that process says that it takes connections (line 8 of its lock file). */
export const isReady = (dataFolder: string, pid: number): boolean => {
  const lines = lockLines(dataFolder)
  return Number(lines[0]) === pid && lines[7]?.trim() === 'ready'
}

function lockLines(dataFolder: string): string[] {
  try {
    return readFileSync(join(dataFolder, 'postmaster.pid'), 'utf8').split('\n')
  } catch {
    return []
  }
}

/** All processes of servers on this data. A server's working folder is its data. */
function serversIn(dataFolder: string): ProcessMark[] {
  if (process.platform !== 'linux') return serverByLock(dataFolder)
  const wanted = realpathSync(dataFolder)
  return readdirSync('/proc')
    .filter(name => /^\d+$/.test(name) && isServerIn(name, wanted))
    .flatMap(name => markOf(Number(name)) ?? [])
}

function isServerIn(pid: string, folder: string): boolean {
  try {
    return (
      readFileSync(`/proc/${pid}/comm`, 'utf8').startsWith('postgres') &&
      readlinkSync(`/proc/${pid}/cwd`) === folder
    )
  } catch {
    return false
  }
}

/** Without `/proc` the lock file is believed; the server itself refuses it when it is another program's. */
function serverByLock(dataFolder: string): ProcessMark[] {
  const pid = lockedBy(dataFolder)
  return pid === undefined ? [] : [markOf(pid)].filter(mark => mark !== undefined)
}
