import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { type Call, createClient } from '@capstan/contract/client'
import { AppError } from '@capstan/contract/errors'
import { storageApi } from '@capstan/contract/storage'
import { readSecret, secretFile } from '@capstan/runtime/home'
import { version } from '@capstan/runtime/version'
import { inspectVolume, type Volume } from './volume.ts'

export interface ReporterOptions {
  readonly manager: string
  readonly joinToken: string | undefined
  readonly id: string
  readonly home: string
  readonly volumes: readonly Volume[]
}

/** Keeps the manager told, joining the cluster when it has no token that the manager knows. */
export class Reporter {
  readonly #options: ReporterOptions
  readonly #call: Call
  readonly #tokenPath: string
  #problem: string | undefined = 'the manager has not been reached yet'

  constructor(options: ReporterOptions) {
    this.#options = options
    this.#tokenPath = join(options.home, 'token')
    this.#call = createClient({
      baseUrl: options.manager,
      headers: (): Record<string, string> => {
        const token = readSecret(this.#tokenPath)
        return token === undefined ? {} : { authorization: `Bearer ${token}` }
      },
    })
  }

  /** Why the manager does not know about us; undefined when it does. */
  get problem(): string | undefined {
    return this.#problem
  }

  /** One report. A token that the manager does not know (any more) is dropped, and the next turn joins anew. */
  async report(address: string, signal: AbortSignal): Promise<void> {
    try {
      if (readSecret(this.#tokenPath) === undefined) await this.#join(signal)
      const volumes = await Promise.all(this.#options.volumes.map(inspectVolume))
      await this.#call(storageApi.report, { address, version, volumes }, { signal })
      this.#problem = undefined
    } catch (error) {
      this.#problem = error instanceof Error ? error.message : String(error)
      if (error instanceof AppError && error.code === 'unauthenticated')
        rmSync(this.#tokenPath, { force: true })
      throw error
    }
  }

  async #join(signal: AbortSignal): Promise<void> {
    const { id, joinToken } = this.#options
    if (joinToken === undefined)
      throw new Error('a join token is needed the first time: set CAPSTAN_JOIN_TOKEN')
    const { token } = await this.#call(storageApi.join, { id, joinToken }, { signal })
    secretFile(this.#tokenPath, () => token)
  }
}
