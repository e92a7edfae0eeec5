import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { portVariable, readEnvironment } from '@capstan/runtime/environment'
import { homeFolder } from '@capstan/runtime/home'
import { version } from '@capstan/runtime/version'
import * as z from 'zod'
import { Cluster } from './cluster.ts'
import { lockHome } from './lock.ts'
import { choosePorts, freePort, isFreeOn } from './ports.ts'
import { adminPassword, adminPasswordPath, homeSecrets, readState, writeState } from './state.ts'
import { stopRequests } from './stop-requests.ts'

const readConfig = () =>
  readEnvironment({
    CAPSTAN_PORT: portVariable.default(8080),
    CAPSTAN_HOST: z.string().default('127.0.0.1'),
    CAPSTAN_ADMIN_EMAIL: z.email().max(64).default('admin@capstan.local'),
    CAPSTAN_ADMIN_PASSWORD: z.string().min(8).max(1024).optional(),
    CAPSTAN_DATABASE_URL: z.string().optional(),
    CAPSTAN_RUNTIME: z.enum(['docker', 'process']).optional(),
  })

const say = (line: string): void => console.log(line)

/** `capstan up`: the whole system in one process tree, until it is asked to stop. */
export async function up(): Promise<void> {
  const config = readConfig()
  const home = homeFolder()
  const stop = stopRequests()
  const lock = await lockHome(home)
  const cluster = new Cluster({ home, say, signal: stop.signal, lock })
  try {
    const state = readState(home, config.CAPSTAN_ADMIN_EMAIL)
    const isFree = isFreeOn(config.CAPSTAN_HOST)
    const wanted = config.CAPSTAN_PORT || state.ports?.console || (await freePort())
    const ports = await choosePorts(wanted, { remembered: state.ports, isFree })
    writeState(home, { ...state, ports })

    const secrets = homeSecrets(home)
    mkdirSync(join(home, 'logs'), { recursive: true, mode: 0o700 })
    const databaseUrl =
      config.CAPSTAN_DATABASE_URL ?? (await cluster.startPostgres(secrets.database))
    const password = config.CAPSTAN_ADMIN_PASSWORD ?? adminPassword(home, state.isSeeded)
    await cluster.startManager({
      host: config.CAPSTAN_HOST,
      port: ports.console,
      env: {
        CAPSTAN_DATABASE_URL: databaseUrl,
        CAPSTAN_ENCRYPTION_KEY: secrets.encryptionKey,
        CAPSTAN_JOIN_TOKEN: secrets.joinToken,
        CAPSTAN_ADMIN_EMAIL: state.adminEmail,
        CAPSTAN_ADMIN_PASSWORD: password ?? '',
      },
    })
    writeState(home, { ...state, ports, isSeeded: true })
    await cluster.startRest({
      host: config.CAPSTAN_HOST,
      ports,
      agentId: state.agentId,
      joinToken: secrets.joinToken,
    })
    say(
      greeting({
        url: cluster.url,
        email: state.adminEmail,
        home,
        ...(!state.isSeeded && password !== undefined && { password }),
      }),
    )
    await stop.asked
  } catch (error) {
    if (!stop.signal.aborted) throw error
  } finally {
    await cluster.stop()
    lock.release()
  }
}

interface Greeting {
  readonly url: string
  readonly email: string
  readonly home: string
  readonly password?: string
}

function greeting({ url, email, home, password }: Greeting): string {
  const kept = adminPasswordPath(home)
  const note = existsSync(kept) ? `kept in ${kept}` : 'the one given at the first start'
  return [
    '',
    `Capstan ${version} is running.`,
    '',
    `  Console   ${url}`,
    `  Sign in   ${email}`,
    `  Password  ${password === undefined ? note : `${password}   (${note})`}`,
    `  Data      ${home}`,
    `  Logs      ${join(home, 'logs')}`,
    '',
    'Ctrl-C stops it; all data stays.',
    '',
  ].join('\n')
}
