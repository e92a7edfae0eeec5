import { heartbeatMs } from '@capstan/contract/sync'

/** Heartbeats a second that all agents together send at most, while nothing happens. */
const heartbeatsPerS = 200

/** Longest time between two heartbeats of an agent, in milliseconds. */
const longestMs = 30_000

/**
 * How often an agent is to be heard of, where there are so many: milliseconds. All of them together must leave a manager and
 * its database room for other work, so in a large cluster each says less often that nothing has changed. News are told at
 * once, however many there are.
 */
export const heartbeatFor = (agentCount: number): number =>
  Math.round(Math.min(longestMs, Math.max(heartbeatMs, (1000 * agentCount) / heartbeatsPerS)))

/** When an agent that reports, and waits for so long for an answer, is heard of again at the latest: milliseconds. */
export const promisedMs = (waitMs: number): number => Math.max(heartbeatMs, waitMs + slackMs)

/**
 * How long an agent waits for an answer, so that its next report comes in time: milliseconds. Not always as long (`random` from 0
 * to 1): agents that were let in at the same moment would otherwise report at the same moment for ever.
 */
export const waitFor = (everyMs: number, random: number): number =>
  Math.round((everyMs - slackMs) * (1 - shorter * random))

/** The part by which a wait is shorter at most. */
const shorter = 0.1

/** What a report takes on its way. */
const slackMs = 500
