import { mkdirSync, rmSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { api } from '@capstan/contract/api'
import { type Call, type ClientOptions, createClient } from '@capstan/contract/client'
import { AppError } from '@capstan/contract/errors'
import { readSecret } from '@capstan/runtime/home'

/** Where an agent keeps the token that it joined with. */
export interface TokenStore {
  readonly read: () => string | undefined
  readonly write: (token: string) => Promise<void>
  readonly remove: () => void
}

/** In a file of the agent's home, for its user's eyes only. */
export function tokenFile(home: string): TokenStore {
  mkdirSync(home, { recursive: true, mode: 0o700 })
  const path = join(home, 'token')
  return {
    read: () => readSecret(path),
    write: token => writeFile(path, token, { mode: 0o600 }),
    remove: () => rmSync(path, { force: true }),
  }
}

export interface MembershipOptions {
  readonly manager: string
  readonly joinToken?: string | undefined
  readonly id: string
  readonly token: TokenStore
  readonly fetch?: ClientOptions['fetch']
}

/** This agent's standing with its manager: the token that it joined with. */
export class Membership {
  readonly call: Call
  readonly #join: Call
  readonly #options: MembershipOptions
  #token: string | undefined

  constructor(options: MembershipOptions) {
    const { manager, token, fetch } = options
    this.#options = options
    this.#token = token.read()
    const base = { baseUrl: manager, ...(fetch && { fetch }) }
    this.#join = createClient(base)
    this.call = createClient({
      ...base,
      headers: () => ({ authorization: `Bearer ${this.#token ?? ''}` }),
    })
  }

  /** Joins, unless it has. */
  async ensure(): Promise<void> {
    if (this.#token !== undefined) return
    const { joinToken, id, token } = this.#options
    if (joinToken === undefined)
      throw new AppError('bad_join_token', { detail: 'a join token is needed the first time' })
    const joined = await this.#join(api.sync.join, { joinToken, id })
    await token.write(joined.token)
    this.#token = joined.token
  }

  /** The manager does not know the token (any more): it is joined anew. */
  forget(): void {
    this.#token = undefined
    this.#options.token.remove()
  }
}
