import tab from '@bomb.sh/tab/commander'
import { version } from '@capstan/runtime/version'
import { Command, CommanderError } from 'commander'
import { addAccount } from './account.ts'
import { addApply } from './apply.ts'
import { addDomain } from './domain.ts'
import { addExport } from './export.ts'
import { flagOf } from './flags.ts'
import { addGroup } from './group.ts'
import { addImage } from './image.ts'
import { addJoinToken } from './join-token.ts'
import { addKeypair } from './keypair.ts'
import { describeFailure, say } from './output.ts'
import { addPolicy } from './policy.ts'
import { addPrograms } from './program/programs.ts'
import { addProject } from './project.ts'
import { addScheduler } from './scheduler.ts'
import { addSearch } from './search.ts'
import { addService } from './service.ts'
import { addSession } from './session.ts'
import { addUser } from './user.ts'

const root = new Command('capstan')
  .description('Runs an AI/GPU cluster for many people')
  .version(version)
  .exitOverride()

root
  .command('up')
  .description('bring the whole system up on this machine, in one process tree')
  .addHelpText(
    'after',
    `
Environment:
  CAPSTAN_HOME            where everything is kept (default: ~/.capstan)
  CAPSTAN_PORT            console and API (default: 8080); the others take the next free ones
  CAPSTAN_HOST            address to listen on (default: 127.0.0.1)
  CAPSTAN_ADMIN_EMAIL     of the first administrator; at the first start only
  CAPSTAN_ADMIN_PASSWORD  likewise
  CAPSTAN_DATABASE_URL    a PostgreSQL of yours, instead of the one that comes with us
  CAPSTAN_ENCRYPTION_KEY  instead of the one kept in CAPSTAN_HOME/secrets
  CAPSTAN_RUNTIME         docker or process (default: what is there)
  DOCKER_HOST             the container engine to use`,
  )
  .action(async () => {
    const { up } = await import('./up/up.ts')
    await up()
    process.exit(0)
  })
addPrograms(root)
addAccount(root)
addSearch(root)
addSession(root)
addService(root)
addImage(root)
addJoinToken(root)
addUser(root)
addKeypair(root)
addProject(root)
addDomain(root)
addPolicy(root)
addGroup(root)
addScheduler(root)
addApply(root)
addExport(root)
tab(root, { completionCommandName: 'completion' })

let running: Command | undefined
root.hook('preAction', (_, command) => {
  running = command
})

/** They go on, or end in good order, when nobody reads what they say. */
const serving = ['up', 'manager', 'agent', 'proxy', 'storage']

// Whoever reads our output may have seen enough of it, like head; nothing is left to do for the other commands.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (running?.parent === root && serving.includes(running.name())) return
  if (error.code === 'EPIPE') process.exit(0)
  throw error
})

try {
  await root.parseAsync()
} catch (error) {
  process.exitCode = failed(error)
}

/** 1: it did not work. 2: it was called wrongly, and commander has said how. */
function failed(error: unknown): number {
  if (!(error instanceof CommanderError)) {
    say(`capstan: ${describeFailure(error, path => flagOf(running, path))}`)
    return 1
  }
  const isAsked = error.code === 'commander.helpDisplayed' || error.code === 'commander.version'
  return isAsked ? 0 : 2
}
