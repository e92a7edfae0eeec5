import { type Fate, type QueuedSession, schedulerApi } from '@capstan/contract/scheduler'
import type { Command } from 'commander'
import { openApi } from './api.ts'
import { addFlags } from './flags.ts'
import { about } from './group.ts'
import { addListOptions } from './list.ts'
import { age, describeReason, print, table } from './output.ts'
import { describeResources } from './session/show.ts'

/** `capstan scheduler queue|what-if`. */
export function addScheduler(root: Command): void {
  const scheduler = root
    .command('scheduler')
    .description('who waits for resources, and what would change that')
  const queue = scheduler
    .command('queue')
    .description('all that waits in a resource group, in the order in which it will be started')
    .argument('<group>')
  const list = addListOptions(
    queue,
    {
      endpoint: schedulerApi.queue,
      columns: {
        '#': ({ position }) => position,
        NAME: ({ name }) => name,
        USER: ({ userEmail }) => userEmail,
        PRIORITY: ({ priority }) => priority,
        NEEDS: describeResources,
        WAITING: ({ createdAt }) => age(createdAt),
        EXPECTED: ({ startsNext, expectedAt }) => (startsNext ? 'next' : expectedAt),
        WHY: ({ reason }: QueuedSession) => describeReason(reason),
      },
    },
    ['name'],
  )
  queue.action((name: string) => list(openApi(), { name }))
  addWhatIf(scheduler)
}

interface WhatIfOptions {
  readonly policy?: string
  readonly weights?: string
  readonly json?: boolean
}

const { settings, policy: limits } = schedulerApi.whatIf.input.shape

function addWhatIf(scheduler: Command): void {
  const command = scheduler
    .command('what-if')
    .description(
      'what other settings of a group, or limits of a policy, would change; nothing is changed',
    )
    .argument('<group>')
    .option('--weights <user=number,…>', 'with drf and fair-share: all that are not 1')
    .option('--policy <name>', 'a keypair policy, with other limits:')
  const limited = addFlags(
    command,
    { ...schedulerApi.whatIf, input: limits.unwrap() },
    { instead: { name: '--policy' } },
  )
  const changed = addFlags(
    command,
    { ...schedulerApi.whatIf, input: settings.unwrap() },
    { about, instead: { weights: '--weights' } },
  )
  command
    .option('--json', 'print the answer of the API')
    .action(async (name: string, { policy, weights, json }: WhatIfOptions) => {
      const other = limited()
      if (policy === undefined && Object.keys(other).length > 0)
        command.error('error: limits are those of a policy: name it with --policy', { exitCode: 2 })
      const api = openApi()
      const { readWeights } = await import('./group/save.ts')
      const answer = await api.call(schedulerApi.whatIf, {
        name,
        settings: {
          ...changed(),
          ...(weights !== undefined && { weights: await readWeights(api, weights) }),
        },
        ...(policy !== undefined && { policy: { name: policy, ...other } }),
      })
      print(json ? api.lastAnswer() : describeAnswer(answer))
    })
}

type Answer = Awaited<ReturnType<typeof schedulerApi.whatIf.output.parseAsync>>

const totals = ({ starts, waits, cancelled }: Answer['now']): string =>
  `${starts} start, ${waits} wait, ${cancelled} are cancelled`

const describeFate = ({ outcome, position, agentIds, reason }: Fate): string => {
  if (outcome === 'starts') return `starts on ${agentIds.join(', ')}`
  if (outcome === 'cancelled') return 'cancelled'
  return [`waits${position === null ? '' : `, ${position}.`}`, describeReason(reason)]
    .filter(Boolean)
    .join(': ')
}

function describeAnswer({ now, changed, changedCount, items, preempted }: Answer): string {
  return [
    `Now:   ${totals(now)}`,
    `Then:  ${totals(changed)}`,
    ...preempted.map(
      one => `To make room, ${one.name} of ${one.userEmail} would be ended (${one.id})`,
    ),
    changedCount === 0
      ? 'Nobody would fare otherwise.'
      : `${changedCount} would fare otherwise${changedCount > items.length ? `; the first ${items.length}` : ''}:`,
    ...(items.length === 0
      ? []
      : [
          table(
            ['NAME', 'USER', 'NOW', 'THEN'],
            items.map(one => [
              one.name,
              one.userEmail,
              describeFate(one.now),
              describeFate(one.changed),
            ]),
          ),
        ]),
  ].join('\n')
}
