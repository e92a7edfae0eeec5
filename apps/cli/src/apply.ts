import { pruneKinds } from '@capstan/core/declaration/change'
import { type Command, Option } from 'commander'
import type { ApplyOptions } from './apply/run.ts'
import { kebab } from './field.ts'
import { gatherChoices } from './values.ts'

/** `capstan apply`. */
export function addApply(root: Command): void {
  const kinds = pruneKinds.map(kebab)
  root
    .command('apply')
    .description(
      'make policies, groups, domains, projects, users and keypairs as a file declares them',
    )
    .requiredOption('-f, --file <path>', 'YAML, as "capstan export" writes it; -: in the input')
    .option('-n, --dry-run', 'show what would change, and change nothing')
    .addOption(
      new Option(
        '--prune <kinds>',
        'what the file does not name goes: policies and groups are deleted, members leave, others become inactive',
      )
        .choices(kinds)
        .argParser(gatherChoices(kinds)),
    )
    .option('-y, --yes', 'do not ask')
    .option('--json', 'print the plan, and what came of it, as JSON')
    .action(async (options: ApplyOptions) => (await import('./apply/run.ts')).apply(options))
}
