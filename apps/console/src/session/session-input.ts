import type { ClusterMode, sessionApi } from '@capstan/contract/session'
import type { ResourceGroup } from '@capstan/contract/group'
import type { Slots } from '@capstan/contract/slots'
import { times, toAmounts, toSlots } from '@capstan/core/slots'
import type * as z from 'zod'

const GiB = 2 ** 30
const MiB = 2 ** 20

/** What the form of a new session holds. Number fields hold text while nothing that is a number stands in them. */
export interface SessionFormValues extends Record<string, unknown> {
  name: string
  type: 'interactive' | 'batch'
  imageId: string
  resourceGroup: string
  cpu: number | string
  memGiB: number | string
  shmemMiB: number | string
  /** By slot: `cuda.device`. */
  accelerators: Record<string, number | string>
  environ: { name: string; value: string }[]
  startupCommand: string
  priority: number | string
  /** Empty: as soon as there is room. */
  startsAt: string
  isPreemptible: boolean
  clusterSize: number | string
  clusterMode: ClusterMode
  /** Ids of sessions. */
  after: string[]
  /** Of a model service. */
  replicaCount?: number | string
}

/** What a form begins with. */
export const initialValues = (resourceGroup: string, name: string): SessionFormValues => ({
  name,
  type: 'interactive',
  imageId: '',
  resourceGroup,
  cpu: 1,
  memGiB: 1,
  shmemMiB: 64,
  accelerators: {},
  environ: [],
  startupCommand: '',
  priority: 10,
  startsAt: '',
  isPreemptible: false,
  clusterSize: 1,
  clusterMode: 'single-node',
  after: [],
})

/** Whether something would be lost. The only image there is was not chosen by anybody. */
export const isChanged = (values: SessionFormValues, initial: SessionFormValues): boolean =>
  JSON.stringify({ ...values, imageId: '' }) !== JSON.stringify({ ...initial, imageId: '' })

/** Whether sessions of the group that is chosen may be stopped to make room for others. */
export const offersPreemption = (
  groups: readonly ResourceGroup[],
  { resourceGroup }: SessionFormValues,
): boolean =>
  groups.some(
    ({ name, scheduler, isPreemptionEnabled }) =>
      name === resourceGroup && scheduler === 'priority' && isPreemptionEnabled,
  )

/** An empty or half-typed number becomes one that no schema takes, so that the field says so. */
export const toNumber = (value: number | string): number =>
  value === '' ? Number.NaN : Number(value)

/** What is asked for, in the units of the wire. */
export function requestedSlots(
  values: Pick<SessionFormValues, 'cpu' | 'memGiB' | 'accelerators'>,
): Slots {
  const accelerators = Object.entries(values.accelerators)
    .map(([slot, amount]) => [slot, Number(amount)] as const)
    .filter(([, amount]) => amount > 0)
  return {
    cpu: toNumber(values.cpu),
    mem: Math.round(toNumber(values.memGiB) * GiB),
    ...Object.fromEntries(accelerators),
  }
}

/** What all containers of a session take together, with the minimum of the image; undefined where there is one alone. */
export function clusterSlots(
  values: Pick<SessionFormValues, 'cpu' | 'memGiB' | 'accelerators' | 'clusterSize'>,
  minimum: Slots,
): Slots | undefined {
  const count = Number(values.clusterSize)
  if (!Number.isInteger(count) || count < 2) return undefined
  const asked = Object.entries({ ...minimum, ...requestedSlots(values) })
  const each = asked.map(([slot, amount]) => [slot, Math.max(amount, minimum[slot] ?? 0)])
  return toSlots(times(toAmounts(Object.fromEntries(each) as Slots), count))
}

/** The request that stands for the form. */
export function toSessionInput(
  values: SessionFormValues,
  projectId: string,
): z.input<typeof sessionApi.create.input> {
  return {
    name: values.name.trim(),
    type: values.type,
    projectId,
    imageId: values.imageId,
    resourceGroup: values.resourceGroup,
    resources: requestedSlots(values),
    shmemBytes: Math.round(toNumber(values.shmemMiB) * MiB),
    environ: Object.fromEntries(
      values.environ
        .filter(({ name, value }) => name.trim() !== '' || value !== '')
        .map(({ name, value }) => [name.trim(), value]),
    ),
    priority: toNumber(values.priority),
    startsAt: values.startsAt || null,
    isPreemptible: values.isPreemptible,
    clusterSize: toNumber(values.clusterSize),
    clusterMode: values.clusterMode,
    after: values.after,
    ...(values.startupCommand.trim() && { startupCommand: values.startupCommand }),
  }
}

/** The field of the form at which a path of the request is shown. */
export function sessionField(path: string): string {
  const [head, slot, ...rest] = path.split('.')
  if (head === 'resources') {
    if (slot === 'cpu') return 'cpu'
    if (slot === 'mem') return 'memGiB'
    return slot === undefined ? 'cpu' : `accelerators.${[slot, ...rest].join('.')}`
  }
  return head === 'shmemBytes' ? 'shmemMiB' : (head ?? '')
}

export interface SlotAdvice {
  readonly slot: string
  /** What the image raises the request to, where it asks for more. */
  readonly raisedTo: number | undefined
  /** More than is free now: it will wait. */
  readonly waits: boolean
}

/** What the form says beside each amount before it is sent (SES-12): `asked` is what each of `count` containers gets. */
export function adviceOn(
  asked: Slots,
  minimum: Slots,
  group: Pick<ResourceGroup, 'capacity' | 'used'>,
  count = 1,
): SlotAdvice[] {
  return [...new Set([...Object.keys(asked), ...Object.keys(minimum)])].map(slot => {
    const wanted = asked[slot] ?? 0
    const least = minimum[slot] ?? 0
    const free = (group.capacity[slot] ?? 0) - (group.used[slot] ?? 0)
    return {
      slot,
      raisedTo: least > wanted ? least : undefined,
      waits: Math.max(wanted, least) * count > free,
    }
  })
}

/** Lines of `NAME=value`, as they are pasted; undefined when the text is not that. */
export function parseVariables(text: string): { name: string; value: string }[] | undefined {
  const lines = text.split(/\r?\n/).filter(line => line.trim() !== '' && !line.startsWith('#'))
  const parsed = lines.map(line => /^(?:export\s+)?([A-Za-z_]\w*)=(.*)$/.exec(line.trim()))
  if (parsed.length === 0 || parsed.includes(null)) return undefined
  return parsed.map(match => ({
    name: match?.[1] ?? '',
    value: (match?.[2] ?? '').replace(/^(["'])(.*)\1$/, '$2'),
  }))
}
