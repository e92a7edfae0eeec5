import type { SessionStatus, SessionType } from '@capstan/contract/session'

/** Legal moves of a session (SES-02). A status missing from a list is unreachable from there. */
const next: Readonly<Record<SessionStatus, readonly SessionStatus[]>> = {
  pending: ['scheduled', 'cancelled', 'error'],
  scheduled: [
    'preparing',
    'pulling',
    'creating',
    'running',
    'pending',
    'terminating',
    'terminated',
    'error',
  ],
  preparing: ['pulling', 'creating', 'running', 'pending', 'terminating', 'terminated', 'error'],
  pulling: ['preparing', 'creating', 'running', 'pending', 'terminating', 'terminated', 'error'],
  creating: ['running', 'pending', 'terminating', 'terminated', 'error'],
  running: ['terminating', 'terminated', 'error'],
  terminating: ['terminated', 'error'],
  terminated: [],
  cancelled: [],
  error: [],
}

export const canMove = (from: SessionStatus, to: SessionStatus): boolean => next[from].includes(to)

/** Statuses that nothing leaves. */
export const endedStatuses = ['terminated', 'cancelled', 'error'] as const satisfies SessionStatus[]

export const isEnded = (status: SessionStatus): boolean => next[status].length === 0

/** Statuses in which a session is on its way to running, placed but not there yet. */
export const startingStatuses = [
  'scheduled',
  'preparing',
  'pulling',
  'creating',
] as const satisfies SessionStatus[]

export const isStarting = (status: SessionStatus): boolean =>
  startingStatuses.some(starting => starting === status)

/**
 * Where an end request takes a session, or null when it is already ending. One that holds nothing is cancelled;
 * `force` does not wait for the node: what it holds is free at once, and the node removes the container when it hears of it.
 */
export function endStatus(status: SessionStatus, mode: 'polite' | 'force'): SessionStatus | null {
  if (isEnded(status)) return null
  if (status === 'pending') return 'cancelled'
  if (mode === 'force') return 'terminated'
  return status === 'terminating' ? null : 'terminating'
}

/** Whether a container is there for its command and ends with it; in an interactive session the command runs beside the person. */
export const runsItsCommand = (kernel: {
  readonly sessionType: SessionType
  readonly startupCommand: string | null
}): boolean => kernel.sessionType !== 'interactive' && kernel.startupCommand !== null

/** Why a session cannot be used (terminal, applications) now, or null when it can. */
export function whyNotUsable(session: {
  status: SessionStatus
  isNodeLost: boolean
}): 'not_running' | 'node_lost' | null {
  if (session.status !== 'running') return 'not_running'
  return session.isNodeLost ? 'node_lost' : null
}

/** How far along a kernel's status is; a session of several is as far as its slowest. */
const rank: Readonly<Record<SessionStatus, number>> = {
  pending: 0,
  scheduled: 1,
  preparing: 2,
  pulling: 3,
  creating: 4,
  running: 5,
  terminating: 6,
  terminated: 7,
  cancelled: 7,
  error: 7,
}

/** A report may only take a kernel onward, except between preparing and pulling. Late and doubled reports change nothing. */
export const advances = (from: SessionStatus, to: SessionStatus): boolean =>
  from !== to &&
  canMove(from, to) &&
  (rank[to] > rank[from] || (from === 'pulling' && to === 'preparing'))

/**
 * The status of a session from those of its kernels: as far as the slowest one while it starts; terminating as soon as one
 * has ended or is ending (all or none); terminated when all have.
 */
export function statusOfKernels(kernels: readonly SessionStatus[]): SessionStatus {
  if (kernels.length === 0) return 'pending'
  if (kernels.every(isEnded)) return 'terminated'
  if (kernels.some(status => isEnded(status) || status === 'terminating')) return 'terminating'
  return kernels.reduce((slowest, status) => (rank[status] < rank[slowest] ? status : slowest))
}
