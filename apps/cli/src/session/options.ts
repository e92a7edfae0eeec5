import { type Command, Option } from 'commander'
import type { Slots } from '@capstan/contract/slots'
import { gatherSlots, parseAmount, parseBytes, parseWhole } from '../values.ts'
import { gatherVariable } from './values.ts'

/** What a container is asked for with, in a session or in a replica of a service. */
export interface ContainerOptions {
  readonly image: string
  readonly cpu: number
  readonly mem: number
  readonly gpu?: number
  readonly slot?: Slots
  readonly shmem?: number
  readonly env?: Record<string, string>
  readonly project?: string
  readonly group: string
  readonly priority?: number
  readonly preemptible?: boolean
  readonly owner?: string
}

export const addContainerOptions = (command: Command): Command =>
  command
    .requiredOption('-i, --image <image>', 'reference, a part of it that only one has, or id')
    .option('--cpu <cores>', 'processor cores', parseAmount, 1)
    .addOption(
      new Option('--mem <amount>', 'memory').argParser(parseBytes).default(1024 ** 3, '1g'),
    )
    .option('--gpu <number>', 'GPUs; a fraction is a share of one', parseAmount)
    .option('--slot <slot=amount>', 'any other resource; may be repeated', gatherSlots)
    .option('--shmem <amount>', 'shared memory', parseBytes)
    .option('-e, --env <name=value>', 'environment variable; may be repeated', gatherVariable)
    .option('-p, --project <project>', 'name or id; default: your first')
    .option('-g, --group <name>', 'resource group', 'default')
    .option('--priority <number>', '0 to 100', parseWhole)
    .option('--preemptible', 'may be ended for a session of higher priority')
    .option('--owner <user>', 'for this user, for administrators: e-mail, name or id')
