import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import * as z from 'zod'

/** Where requests go, and the keypair that signs them. */
const Profile = z.object({ endpoint: z.url(), accessKey: z.string(), secretKey: z.string() })
export type Profile = z.infer<typeof Profile>

const profilePath = (): string =>
  join(process.env['XDG_CONFIG_HOME'] || join(homedir(), '.config'), 'capstan/profile.json')

/** What `capstan login` kept, or what the environment says instead. Throws when neither is there. */
export function readProfile(): Profile {
  const {
    CAPSTAN_ENDPOINT: endpoint,
    CAPSTAN_ACCESS_KEY: accessKey,
    CAPSTAN_SECRET_KEY: secretKey,
  } = process.env
  if (endpoint && accessKey && secretKey) return Profile.parse({ endpoint, accessKey, secretKey })
  try {
    return Profile.parse(JSON.parse(readFileSync(profilePath(), 'utf8')))
  } catch (error) {
    throw new Error('not signed in: run "capstan login URL" first', { cause: error })
  }
}

/** Keeps a profile, for its owner's eyes only, and answers where. */
export function writeProfile(profile: Profile): string {
  const path = profilePath()
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  const draft = `${path}.${process.pid}`
  writeFileSync(draft, `${JSON.stringify(profile, null, 2)}\n`, { mode: 0o600 })
  renameSync(draft, path)
  return path
}

export const removeProfile = (): void => rmSync(profilePath(), { force: true })
