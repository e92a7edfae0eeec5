import { readFileSync, statSync } from 'node:fs'

/** The system user that PostgreSQL runs as; undefined: whoever runs us. */
export type Owner = { readonly uid: number; readonly gid: number } | undefined

/**
 * PostgreSQL refuses to run as root. As root, the owner of existing data goes on owning it; otherwise `postgres`,
 * or `nobody`: a user that has a name, because initdb asks for one.
 */
export function ownerFor(dataFolder: string): Owner {
  if (process.getuid?.() !== 0) return undefined
  const existing = statSync(dataFolder, { throwIfNoEntry: false })
  if (existing && existing.uid !== 0) return { uid: existing.uid, gid: existing.gid }
  const users = readFileSync('/etc/passwd', 'utf8')
  for (const name of ['postgres', 'nobody']) {
    const entry = new RegExp(`^${name}:[^:]*:(\\d+):(\\d+):`, 'm').exec(users)
    if (entry) return { uid: Number(entry[1]), gid: Number(entry[2]) }
  }
  throw new Error(
    'PostgreSQL does not run as root, and this system has no user "postgres" or "nobody": run Capstan as another user, or set CAPSTAN_DATABASE_URL',
  )
}
