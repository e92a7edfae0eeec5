import { sections } from '@capstan/contract/declaration'
import { type Command, Option } from 'commander'
import type { ExportOptions } from './export/run.ts'
import { kebab } from './field.ts'
import { gatherChoices } from './values.ts'

/** Stands for the three kinds of policy. */
const policies = 'policies'

/** `capstan export`. */
export function addExport(root: Command): void {
  const kinds = [policies, ...sections.map(kebab)]
  root
    .command('export')
    .description(
      'write what there is as a file that "capstan apply" reads; never a password or secret',
    )
    .addOption(
      new Option('--kinds <kinds>', 'only these (default: all but keypairs that are not main ones)')
        .choices(kinds)
        .argParser(gatherChoices(kinds)),
    )
    .action(async (options: ExportOptions) => (await import('./export/run.ts')).exportAll(options))
}
