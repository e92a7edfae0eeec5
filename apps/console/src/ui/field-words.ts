import { orderedSlots, type Format } from '../words/format.ts'
import type { AllWords } from '../words/page-words.ts'
import { slotName } from './slot-words.ts'

/** Names of what is set on people, projects and policies, as their forms call it. */
const labels: Readonly<Record<string, (w: AllWords) => string>> = {
  email: w => w.user.column.email,
  name: w => w.policy.name,
  fullName: w => w.user.column.fullName,
  description: w => w.user.column.description,
  role: w => w.user.column.role,
  status: w => w.user.column.status,
  isActive: w => w.user.active,
  domainName: w => w.user.column.domain,
  policy: w => w.policy.title,
  password: w => w.user.password,
  isPasswordChangeRequired: w => w.user.changeRequired,
  isSudoEnabled: w => w.user.sudo,
  isTotpEnabled: w => w.user.totp,
  projects: w => w.user.projects,
  projectIds: w => w.user.projects,
  deactivateKeypairs: w => w.user.deactivateKeypairs,
  endSessions: w => w.many.endSessions,
  leftProjectCount: w => w.user.leftProjects,
  addToProjects: w => w.many.join,
  removeFromProjects: w => w.many.leave,
  add: w => w.many.join,
  remove: w => w.many.leave,
  mainAccessKey: w => w.user.main,
  accessKey: w => w.keypair.column.accessKey,
  userEmail: w => w.keypair.column.user,
  rateLimit: w => w.keypair.column.rate,
  type: w => w.project.column.type,
  allowedGroups: w => w.project.groups,
  allowedVolumes: w => w.policy.allowedVolumes,
  maxResources: w => w.policy.resources,
  maxPendingResources: w => w.policy.pendingResources,
  isPublic: w => w.group.column.public,
  scheduler: w => w.group.column.scheduler,
  selector: w => w.group.column.selector,
  allowedSessionTypes: w => w.group.column.types,
  pendingTimeoutS: w => w.group.column.timeout,
  retriesToSkip: w => w.group.retriesToSkip,
  creationRetries: w => w.group.creationRetries,
  enforcesSpreading: w => w.group.spreading,
  reserveAfterS: w => w.group.reserve,
  halfLifeS: w => w.group.halfLife,
  isPreemptionEnabled: w => w.group.preemption,
  proxyAddress: w => w.group.proxyAddress,
  hasProxyToken: w => w.group.proxyToken,
  access: w => w.group.allowed,
  priority: w => w.session.column.priority,
  priorities: w => w.session.column.priority,
  createdAt: w => w.user.column.created,
  modifiedAt: w => w.user.modified,
}

/** What a field is called in the forms; what has no form keeps the name that the API gives it. */
export function fieldLabel(name: string, w: AllWords): string {
  if (Object.hasOwn(w.policy.limit, name))
    return w.policy.limit[name as keyof AllWords['policy']['limit']]
  // A name may be anything that somebody sent, `constructor` too.
  return Object.hasOwn(labels, name) ? (labels[name]?.(w) ?? name) : name
}

const unlimitable = /^max|^idleTimeoutS$/

/** A value of a field, for people. */
export function fieldValue(name: string, value: unknown, w: AllWords, f: Format): string {
  if (value === null || value === undefined)
    return unlimitable.test(name) && value === null ? w.log.unlimited : '–'
  if (typeof value === 'boolean') return value ? w.common.yes : w.common.no
  if (typeof value === 'number') return numberText(name, value, f)
  if (typeof value === 'string') return stringText(name, value, w, f)
  if (Array.isArray(value)) return value.map(nameOf).join(', ') || '–'
  if (name.endsWith('Resources')) return slotsText(value, w, f)
  return Object.entries(value)
    .map(([key, each]) => `${key}: ${Array.isArray(each) ? each.join(', ') : nameOf(each)}`)
    .join('\n')
}

function numberText(name: string, value: number, f: Format): string {
  if (name.endsWith('Bytes')) return f.bytes(value)
  return name.endsWith('S') ? f.duration(value) : f.number(value)
}

function stringText(name: string, value: string, w: AllWords, f: Format): string {
  if (value === '') return '–'
  if (name.endsWith('At')) return f.dateTime(new Date(value))
  if (name === 'role' && Object.hasOwn(w.user.role, value))
    return w.user.role[value as keyof AllWords['user']['role']]
  if (name === 'status' && Object.hasOwn(w.user.status, value))
    return w.user.status[value as keyof AllWords['user']['status']]
  return value
}

/** Amounts by slot: a limit that is not there is none. */
function slotsText(value: object, w: AllWords, f: Format): string {
  const amounts = new Map(Object.entries(value))
  return (
    orderedSlots(value as Record<string, number>)
      .map(slot => {
        const amount: unknown = amounts.get(slot)
        const text = typeof amount === 'number' ? f.amount(slot, amount) : w.log.unlimited
        return `${slotName(slot, w)}: ${text}`
      })
      .join(', ') || w.log.unlimited
  )
}

/** Things are told by their names, and by the priority that they were given. */
function nameOf(value: unknown): string {
  if (typeof value === 'string') return value
  if (typeof value === 'object' && value !== null && 'name' in value)
    return 'priority' in value
      ? `${String(value.name)}: ${String(value.priority)}`
      : String(value.name)
  return JSON.stringify(value)
}
