import type { GroupDetails } from '@capstan/contract/group'
import { changedOnly } from '../ui/changed-only.ts'
import type { LimitValue } from '../ui/LimitField.tsx'
import type { WeightValue } from './WeightsField.tsx'

/** What stands in the fields of the form of a resource group (GRP-02). */
export type GroupFormValues = Pick<
  GroupDetails,
  | 'name'
  | 'description'
  | 'isActive'
  | 'isPublic'
  | 'scheduler'
  | 'selector'
  | 'allowedSessionTypes'
  | 'enforcesSpreading'
  | 'isPreemptionEnabled'
> & {
  /** Null: sessions may wait for ever. */
  pendingTimeoutS: LimitValue
  retriesToSkip: LimitValue
  creationRetries: LimitValue
  reserveAfterS: LimitValue
  halfLifeS: number | string
  weights: WeightValue[]
  proxyAddress: string
  /** Empty: as it is. */
  proxyToken: string
  isTokenRemoved: boolean
  allowedDomains: string[]
  allowedProjects: string[]
  allowedKeypairs: string[]
}

/** The fields for a group, or for one that is not there yet: as the server makes it when nothing is said. */
export function toFields(group: GroupDetails | undefined): GroupFormValues {
  return {
    name: group?.name ?? '',
    description: group?.description ?? '',
    isActive: group?.isActive ?? true,
    isPublic: group?.isPublic ?? true,
    scheduler: group?.scheduler ?? 'fifo',
    selector: group?.selector ?? 'dispersed',
    allowedSessionTypes: group?.allowedSessionTypes ?? ['interactive', 'batch', 'inference'],
    pendingTimeoutS: group?.pendingTimeoutS || null,
    retriesToSkip: group?.retriesToSkip ?? null,
    creationRetries: group?.creationRetries ?? null,
    enforcesSpreading: group?.enforcesSpreading ?? false,
    reserveAfterS: group ? group.reserveAfterS : 600,
    halfLifeS: group?.halfLifeS ?? 604_800,
    isPreemptionEnabled: group?.isPreemptionEnabled ?? false,
    weights: group?.weights ?? [],
    proxyAddress: group?.proxyAddress ?? '',
    proxyToken: '',
    isTokenRemoved: false,
    allowedDomains: group?.access?.domains ?? [],
    allowedProjects: group?.access?.projects.map(({ id }) => id) ?? [],
    allowedKeypairs: group?.access?.keypairs.map(({ accessKey }) => accessKey) ?? [],
  }
}

/** An empty field is no number, which the schema then says. */
const toNumber = (value: number | string): number => (value === '' ? Number.NaN : Number(value))

const toLimit = (value: LimitValue): number | null => (value === null ? null : toNumber(value))

/** The request that stands for the fields: all of them for a new group, those that were changed for one that is there. */
export function toRequest(
  values: GroupFormValues,
  group: GroupDetails | undefined,
): Record<string, unknown> {
  const { proxyToken, isTokenRemoved } = values
  const token = isTokenRemoved ? null : proxyToken || undefined
  const whole = wholeRequest(values)
  return {
    ...(group ? { name: group.name, ...changedOnly(whole, wholeRequest(toFields(group))) } : whole),
    ...(token !== undefined && { proxyToken: token }),
  }
}

function wholeRequest({
  proxyToken: _token,
  isTokenRemoved: _isTokenRemoved,
  ...values
}: GroupFormValues): Record<string, unknown> {
  return {
    ...values,
    pendingTimeoutS: toLimit(values.pendingTimeoutS) ?? 0,
    retriesToSkip: toLimit(values.retriesToSkip),
    creationRetries: toLimit(values.creationRetries),
    reserveAfterS: toLimit(values.reserveAfterS),
    halfLifeS: toNumber(values.halfLifeS),
    weights: values.weights.map(({ userId, weight }) => ({ userId, weight: toNumber(weight) })),
    proxyAddress: values.proxyAddress.trim() || null,
  }
}
