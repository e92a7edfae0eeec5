import { AppError } from '@capstan/contract/errors'
import type { UserRole } from '@capstan/contract/role'
import type { Scope } from '../db/scope.ts'

/** A person (or a client with a person's keypair). Requests are made on behalf of one keypair (ACC-02). */
export interface Person {
  readonly kind: 'person'
  readonly role: UserRole
  readonly userId: string
  readonly email: string
  readonly domainId: string
  readonly accessKey: string
  readonly isSudoEnabled: boolean
  readonly scope: Scope
}

/** One of our own programs, by the token it joined with. */
export interface Machine {
  readonly kind: 'machine'
  readonly role: 'agent' | 'proxy' | 'storage'
  readonly id: string
}

export interface Anonymous {
  readonly kind: 'anonymous'
  readonly role: 'anonymous'
}

export type Actor = Person | Machine | Anonymous

export const scopeOf = (role: UserRole, userId: string, domainId: string): Scope => {
  if (role === 'superadmin') return { reach: 'all' }
  if (role === 'admin') return { reach: 'domain', domainId }
  return { reach: 'user', userId, domainId }
}

/** The person behind a request whose permission only people hold. */
export function person(actor: Actor): Person {
  if (actor.kind !== 'person') throw new AppError('unauthenticated')
  return actor
}

/** The machine behind a request whose permission only machines hold. */
export function machine(actor: Actor): Machine {
  if (actor.kind !== 'machine') throw new AppError('unauthenticated')
  return actor
}
