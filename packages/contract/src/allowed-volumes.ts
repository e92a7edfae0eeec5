import * as z from 'zod'

export const volumePermissions = [
  'create-folder',
  'modify-folder',
  'delete-folder',
  'mount-in-session',
  'upload-file',
  'download-file',
  'invite-others',
  'set-user-permission',
] as const

/** What may be done in a volume. */
const VolumePermission = z.enum(volumePermissions)

/** Volumes by name, with what may be done in each. One that is not named is neither seen nor used. */
export const AllowedVolumes = z.record(
  z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._:-]{0,127}$/, 'not the name of a volume'),
  z.array(VolumePermission).max(volumePermissions.length),
)
export type AllowedVolumes = z.infer<typeof AllowedVolumes>
