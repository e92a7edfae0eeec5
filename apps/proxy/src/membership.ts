import { mkdirSync, rmSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { api } from '@capstan/contract/api'
import { type Call, createClient } from '@capstan/contract/client'
import { AppError } from '@capstan/contract/errors'
import { readSecret } from '@capstan/runtime/home'
import type { Log } from '@capstan/runtime/log'
import { backoffMs, pause } from '@capstan/runtime/retry'
import { version } from '@capstan/runtime/version'

/** The manager takes a proxy for gone after four of these without a word. Milliseconds. */
const heartbeatMs = 5000

export interface MembershipOptions {
  readonly manager: string
  readonly joinToken: string | undefined
  readonly id: string
  readonly home: string
  readonly log: Log
}

export interface Where {
  readonly address: string
  readonly appsHost: string
  readonly isTls: boolean
}

/** This proxy's standing with its manager: the token that it joined with, kept in its home, and its heartbeat. */
export class Membership {
  readonly call: Call
  /** What keeps this proxy from its work; undefined while the manager answers. */
  problem: string | undefined = 'the manager has not been reached yet'
  readonly #options: MembershipOptions
  readonly #path: string
  #token: string | undefined

  constructor(options: MembershipOptions) {
    this.#options = options
    mkdirSync(options.home, { recursive: true, mode: 0o700 })
    this.#path = join(options.home, 'token')
    this.#token = readSecret(this.#path)
    const headers = (): Record<string, string> => ({ authorization: `Bearer ${this.#token ?? ''}` })
    this.call = createClient({ baseUrl: options.manager, headers })
  }

  /** Joins, and says that it is alive, until the signal. `onBeat` is called after each try. */
  async keep(where: Where, signal: AbortSignal, onBeat: () => void): Promise<void> {
    for (let failures = 0; !signal.aborted;) {
      try {
        await this.#join(where)
        const { joinToken } = this.#options
        await this.call(api.proxy.heartbeat, { ...where, version, joinToken })
        this.problem = undefined
        failures = 0
      } catch (error) {
        failures++
        this.problem = error instanceof Error ? error.message : String(error)
        if (error instanceof AppError && error.code === 'unauthenticated') this.#forget()
        this.#options.log.warn({ err: error, failures }, 'heartbeat_failed')
      }
      onBeat()
      await pause(failures === 0 ? heartbeatMs : backoffMs(failures, 200, heartbeatMs), signal)
    }
  }

  async #join(where: Where): Promise<void> {
    if (this.#token !== undefined) return
    const { joinToken, id, manager } = this.#options
    if (joinToken === undefined)
      throw new AppError('bad_join_token', { detail: 'a join token is needed the first time' })
    const { token } = await createClient({ baseUrl: manager })(api.proxy.join, {
      joinToken,
      id,
      ...where,
    })
    await writeFile(this.#path, token, { mode: 0o600 })
    this.#token = token
  }

  #forget(): void {
    this.#token = undefined
    rmSync(this.#path, { force: true })
  }
}
