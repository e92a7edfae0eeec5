import { mkdirSync, rmSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { api } from '@capstan/contract/api'
import { type Call, createClient } from '@capstan/contract/client'
import { AppError } from '@capstan/contract/errors'
import { readSecret } from '@capstan/runtime/home'

export interface MembershipOptions {
  readonly manager: string
  readonly joinToken: string | undefined
  readonly id: string
  readonly home: string
}

/** This agent's standing with its manager: the token that it joined with, kept in its home. */
export class Membership {
  readonly call: Call
  readonly #options: MembershipOptions
  readonly #path: string
  #token: string | undefined

  constructor(options: MembershipOptions) {
    this.#options = options
    mkdirSync(options.home, { recursive: true, mode: 0o700 })
    this.#path = join(options.home, 'token')
    this.#token = readSecret(this.#path)
    this.call = createClient({
      baseUrl: options.manager,
      headers: () => ({ authorization: `Bearer ${this.#token ?? ''}` }),
    })
  }

  /** Joins, unless it has. */
  async ensure(): Promise<void> {
    if (this.#token !== undefined) return
    const { joinToken, id, manager } = this.#options
    if (joinToken === undefined)
      throw new AppError('bad_join_token', { detail: 'a join token is needed the first time' })
    const { token } = await createClient({ baseUrl: manager })(api.sync.join, { joinToken, id })
    await writeFile(this.#path, token, { mode: 0o600 })
    this.#token = token
  }

  /** The manager does not know the token (any more): it is joined anew. */
  forget(): void {
    this.#token = undefined
    rmSync(this.#path, { force: true })
  }
}
