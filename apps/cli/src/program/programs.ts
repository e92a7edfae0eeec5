import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { homeFolder, secretFile } from '@capstan/runtime/home'
import { type Command, Option } from 'commander'
import { addAgentQueries } from '../agent.ts'
import { agentIdFrom } from '../up/state.ts'
import { hostname } from 'node:os'
import { parseDays, parsePort, parseVolumes } from './values.ts'
import { runProgram } from './run.ts'

interface MachineOptions {
  readonly manager?: string
  readonly token?: string
  readonly id: string
  readonly home: string
  readonly address?: string
}

/** Options of every program that joins a manager. */
function joining(command: Command, name: string): Command {
  return command
    .addOption(new Option('--manager <url>', 'address of the manager').env('CAPSTAN_MANAGER'))
    .addOption(
      new Option('--token <token>', 'join token; needed the first time').env('CAPSTAN_JOIN_TOKEN'),
    )
    .addOption(
      new Option('--id <id>', 'name of this one in the cluster')
        .env('CAPSTAN_ID')
        .default(agentIdFrom(hostname()), 'the host name'),
    )
    .addOption(
      new Option('--home <folder>', 'where it keeps its own data').default(
        join(homeFolder(), name),
        `CAPSTAN_HOME/${name}`,
      ),
    )
    .option(
      '--address <url>',
      'address at which the others reach it, when not the one it listens on',
    )
}

/** Not mandatory for commander, which would then ask for it in the subcommands of `agent` as well. */
function required(manager: string | undefined, command: Command): string {
  return (
    manager ??
    command.error("error: required option '--manager <url>' not specified", { exitCode: 2 })
  )
}

const portOption = (flag: string, variable: string, description: string, port: number): Option =>
  new Option(`${flag} <number>`, description).env(variable).argParser(parsePort).default(port)

const hostOption = (flag: string, variable: string): Option =>
  new Option(`${flag} <address>`, 'address to listen on').env(variable).default('127.0.0.1')

/** The commands that run one program of the system each. */
export function addPrograms(root: Command): void {
  addManager(root)
  addAgent(root)
  addProxy(root)
  addStorage(root)
}

interface ManagerOptions {
  readonly host: string
  readonly port: number
  readonly databaseUrl: string
  readonly adminEmail?: string
  readonly adminPassword?: string
  readonly logDays?: number
}

const consoleFolder = fileURLToPath(new URL('../../../console/dist', import.meta.url))

function addManager(root: Command): void {
  root
    .command('manager')
    .description('run a manager: API, console and loops')
    .addOption(
      new Option('--database-url <url>', 'PostgreSQL to use')
        .env('CAPSTAN_DATABASE_URL')
        .makeOptionMandatory(),
    )
    .addOption(hostOption('--host', 'CAPSTAN_HOST'))
    .addOption(portOption('--port', 'CAPSTAN_PORT', 'port of console and API', 8080))
    .addOption(
      new Option('--admin-email <email>', 'of the first administrator').env('CAPSTAN_ADMIN_EMAIL'),
    )
    .addOption(
      new Option('--admin-password <password>', 'of the first administrator').env(
        'CAPSTAN_ADMIN_PASSWORD',
      ),
    )
    .addOption(
      new Option('--log-days <days>', 'how long the log of operations is kept (default: 400)')
        .env('CAPSTAN_LOG_DAYS')
        .argParser(parseDays),
    )
    .addHelpText(
      'after',
      '\nCAPSTAN_ENCRYPTION_KEY holds the key that secrets are encrypted with; without it, one is kept in CAPSTAN_HOME/secrets.',
    )
    .action((options: ManagerOptions) =>
      runProgram('manager', async ({ signal, log }) => {
        const { runManager } = await import('@capstan/manager/main')
        await runManager({
          ...options,
          encryptionKey:
            process.env['CAPSTAN_ENCRYPTION_KEY'] ||
            secretFile(join(homeFolder(), 'secrets/encryption.key')),
          localJoinToken: process.env['CAPSTAN_JOIN_TOKEN'] || undefined,
          consoleFolder: existsSync(consoleFolder) ? consoleFolder : undefined,
          signal,
          log,
        })
      }),
    )
}

interface AgentOptions extends MachineOptions {
  readonly relayHost?: string
  readonly relayPort: number
  readonly resourceGroup: string
  readonly region: string
  readonly mockDevices?: string
  readonly gpuShares?: boolean
  readonly runtime?: 'docker' | 'process'
}

function addAgent(root: Command): void {
  const agent = joining(root.command('agent'), 'agent')
    .description('run an agent on this machine, or (list, show) ask about those of the cluster')
    .addOption(
      new Option(
        '--relay-host <address>',
        'address that proxies reach sessions at (default: from which this machine reaches the manager)',
      ).env('CAPSTAN_RELAY_HOST'),
    )
    .addOption(
      portOption(
        '--relay-port',
        'CAPSTAN_RELAY_PORT',
        'port that proxies reach sessions through',
        8083,
      ),
    )
    .option('--resource-group <name>', 'group to join on first contact', 'default')
    .option('--region <name>', 'where this machine stands', 'local')
    .addOption(
      new Option('--runtime <name>', 'what to run sessions with (default: what is there)')
        .env('CAPSTAN_RUNTIME')
        .choices(['docker', 'process']),
    )
    .addOption(
      new Option(
        '--gpu-shares',
        'give out NVIDIA GPUs in shares (needs MPS), instead of whole',
      ).env('CAPSTAN_GPU_SHARES'),
    )
    .addOption(
      new Option(
        '--mock-devices <file>',
        'accelerators that are not there, to try out scheduling (JSON)',
      ).env('CAPSTAN_MOCK_DEVICES'),
    )
    .action(
      ({ manager, token, runtime, gpuShares, ...options }: AgentOptions, command: Command) => {
        const origin = required(manager, command)
        return runProgram('agent', async ({ signal, log }) => {
          const { runAgent } = await import('@capstan/agent/main')
          await runAgent({
            ...options,
            manager: origin,
            joinToken: token,
            sharesGpus: gpuShares,
            runtimes: runtime === undefined ? undefined : [runtime],
            signal,
            log,
          })
        })
      },
    )
  addAgentQueries(agent)
}

interface ProxyOptions extends MachineOptions {
  readonly host: string
  readonly port: number
  readonly appsDomain: string
}

function addProxy(root: Command): void {
  joining(root.command('proxy'), 'proxy')
    .description('run an application proxy: browsers to sessions')
    .addOption(hostOption('--host', 'CAPSTAN_PROXY_HOST'))
    .addOption(portOption('--port', 'CAPSTAN_PROXY_PORT', 'port for browsers', 8081))
    .addOption(
      new Option('--apps-domain <domain>', 'domain under which each application gets a name')
        .env('CAPSTAN_APPS_DOMAIN')
        .default('apps.localhost'),
    )
    .action(({ manager, token, ...options }: ProxyOptions, command: Command) => {
      const origin = required(manager, command)
      return runProgram('proxy', async ({ signal, log }) => {
        const { runProxy } = await import('@capstan/proxy/main')
        await runProxy({ ...options, manager: origin, joinToken: token, signal, log })
      })
    })
}

interface StorageOptions extends MachineOptions {
  readonly host: string
  readonly port: number
  readonly volume: readonly string[]
}

function addStorage(root: Command): void {
  joining(root.command('storage'), 'storage')
    .description('run a storage proxy: this machine’s file systems')
    .addOption(hostOption('--host', 'CAPSTAN_STORAGE_HOST'))
    .addOption(portOption('--port', 'CAPSTAN_STORAGE_PORT', 'port for browsers', 8082))
    .requiredOption('--volume <name=path...>', 'folders to offer')
    .action(({ manager, token, volume, ...options }: StorageOptions, command: Command) => {
      const origin = required(manager, command)
      return runProgram('storage', async ({ signal, log }) => {
        const { runStorage } = await import('@capstan/storage/main')
        await runStorage({
          ...options,
          manager: origin,
          joinToken: token,
          volumes: parseVolumes(volume),
          signal,
          log,
        })
      })
    })
}
