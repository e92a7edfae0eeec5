import { AllowedVolumes, volumePermissions } from '@capstan/contract/allowed-volumes'
import { SlotLimits } from '@capstan/contract/policy'
import { describeBytes } from '@capstan/core/slots'
import { describeSlots } from './output.ts'

/** Volumes with what may be done there: `home (all), data (mount-in-session)`. */
export const describeVolumes = (volumes: AllowedVolumes): string =>
  Object.entries(volumes)
    .map(([name, given]) => {
      const isAll = volumePermissions.every(permission => given.includes(permission))
      return `${name} (${isAll ? 'all' : given.join(', ') || 'seen only'})`
    })
    .join(', ')

/** A time in the largest units: `1d 12h`. */
export function describeSeconds(seconds: number): string {
  const units = [
    ['d', 86_400],
    ['h', 3600],
    ['m', 60],
    ['s', 1],
  ] as const
  let rest = seconds
  const parts = units.flatMap(([unit, length]) => {
    const count = Math.floor(rest / length)
    rest -= count * length
    return count > 0 ? [`${count}${unit}`] : []
  })
  return parts.join(' ') || '0s'
}

/** What a field of the API holds, for people; its name says the unit. No limit is ∞. */
export function describeField(name: string, value: unknown): string {
  if (value === null) return '∞'
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  if (typeof value === 'number' && name.endsWith('Bytes')) return describeBytes(value)
  if (typeof value === 'number' && /[a-z]S$/.test(name)) return describeSeconds(value)
  if (name === 'allowedVolumes') return describeVolumes(AllowedVolumes.parse(value)) || 'none'
  if (name.endsWith('Resources')) return describeSlots(SlotLimits.parse(value)) || '∞'
  if (Array.isArray(value)) return value.join(', ') || 'none'
  return typeof value === 'string' ? value : JSON.stringify(value)
}
