import { randomBytes } from 'node:crypto'
import { AppError } from '@capstan/contract/errors'
import type { App } from '../app.ts'
import { hashSecret } from '../db/seal.ts'
import type { Machine } from '../http/actor.ts'
import { useJoinTokens } from './machine.store.ts'

/** A token that cannot be guessed: 256 random bits. */
export const makeToken = (): string => randomBytes(32).toString('base64url')

/** Lets a machine of this role in by its join token; otherwise throws `bad_join_token`. */
export async function admit(app: App, role: Machine['role'], joinToken: string): Promise<void> {
  const [admitted] = await useJoinTokens(app.db, [joinHash(role, joinToken)], app.now())
  if (admitted !== role) throw new AppError('bad_join_token')
}

/** What is kept of a join token. */
export const joinHash = (role: Machine['role'], joinToken: string): Buffer =>
  hashSecret(`${role}:${joinToken}`)
