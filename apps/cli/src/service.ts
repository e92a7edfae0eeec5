import type { Command } from 'commander'
import type { CreateServiceOptions } from './service/create.ts'
import type { ListServicesOptions } from './service/show.ts'
import { addManyAndLast } from './last.ts'
import { addContainerOptions } from './session/options.ts'
import { parseWhole } from './values.ts'

const json = ['--json', 'print the answer of the API'] as const

/** `capstan service …`. */
export function addService(root: Command): void {
  const service = root
    .command('service')
    .description('model services: so many sessions alike, each replaced when it ends')
  addCreate(service)
  service
    .command('list')
    .alias('ls')
    .description('list services: live ones, newest first')
    .option('-a, --all', 'also those that have ended')
    .option('--name <text>', 'only names with this in them')
    .option('--user <text>', 'only of users with this in their e-mail')
    .option('--limit <number>', 'at most so many, up to 200', parseWhole, 50)
    .option('--cursor <cursor>', 'go on where the last page ended')
    .option(...json)
    .action(async (options: ListServicesOptions) =>
      (await import('./service/show.ts')).listServices(options),
    )
  service
    .command('show')
    .description('show one service and its replicas')
    .argument('<service>', 'name or id')
    .option(...json)
    .action(async (name: string, options: { json?: boolean }) =>
      (await import('./service/show.ts')).showService(name, options),
    )
  addScale(service)
  service
    .command('rm')
    .description('end services and all of their replicas')
    .argument('<services...>', 'names or ids')
    .action(async (names: string[]) => (await import('./service/change.ts')).endServices(names))
}

function addCreate(service: Command): void {
  const command = service
    .command('create')
    .description('start a service')
    .argument('<command...>', 'after --: what each replica runs')
    .option('-n, --name <name>', 'default: a made-up one')
    .option('--replicas <number>', 'so many', parseWhole, 1)
  addContainerOptions(command)
    .option(...json)
    .action(async (words: string[], options: CreateServiceOptions) =>
      (await import('./service/create.ts')).createService(words, options),
    )
}

function addScale(service: Command): void {
  const command = service
    .command('scale')
    .description('change how many replicas services have; 0 pauses them')
  const split = addManyAndLast(
    command,
    { name: 'services', about: 'names or ids' },
    { name: 'number', about: 'how many replicas each is to have', read: parseWhole },
  )
  command.action(async (words: string[]) => {
    const [names, replicaCount] = split(words)
    await (await import('./service/change.ts')).scaleServices(names, replicaCount)
  })
}
