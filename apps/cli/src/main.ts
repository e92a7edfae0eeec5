import { Command } from 'commander'
import { version } from '@capstan/runtime/version'
import { addPrograms } from './program/programs.ts'

const root = new Command('capstan')
  .description('Runs an AI/GPU cluster for many people')
  .version(version)

root
  .command('up')
  .description('bring the whole system up on this machine, in one process tree')
  .action(async () => {
    const { up } = await import('./up/up.ts')
    await up()
    process.exit(0)
  })

addPrograms(root)

try {
  await root.parseAsync()
} catch (error) {
  process.stderr.write(`capstan: ${error instanceof Error ? error.message : String(error)}\n`)
  process.exit(1)
}
