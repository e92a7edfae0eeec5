import { AppError } from '@capstan/contract/errors'
import {
  type CryptoKey,
  exportJWK,
  generateKeyPair,
  importJWK,
  type JWK,
  jwtVerify,
  SignJWT,
} from 'jose'
import type * as z from 'zod'

const algorithm = 'EdDSA'
const issuer = 'capstan'

export interface TicketKeys {
  readonly privateJwk: JWK
  readonly publicJwk: JWK
}

/** A fresh Ed25519 pair to sign tickets with. */
export async function makeTicketKeys(): Promise<TicketKeys> {
  const { privateKey, publicKey } = await generateKeyPair(algorithm, { extractable: true })
  return { privateJwk: await exportJWK(privateKey), publicJwk: await exportJWK(publicKey) }
}

export interface TicketSpec {
  /** Who takes it: `agent:ID`, `proxy`. A ticket for one is worth nothing to another. */
  readonly audience: string
  readonly claims: Record<string, unknown>
  readonly lifetimeS: number
}

export async function signTicket(
  key: JWK,
  { audience, claims, lifetimeS }: TicketSpec,
  now: Date,
): Promise<string> {
  const issuedAt = Math.floor(now.getTime() / 1000)
  return new SignJWT(claims)
    .setProtectedHeader({ alg: algorithm })
    .setIssuer(issuer)
    .setAudience(audience)
    .setIssuedAt(issuedAt)
    .setExpirationTime(issuedAt + lifetimeS)
    .sign(await imported(key))
}

/** The claims of a ticket of ours, for this audience, not yet expired (30 s of clock difference allowed); otherwise `bad_ticket`. */
export async function verifyTicket<T extends z.ZodType>(
  key: JWK,
  ticket: string,
  { audience, claims }: { audience: string; claims: T },
): Promise<z.output<T>> {
  const verified = await jwtVerify(ticket, await imported(key), {
    issuer,
    audience,
    algorithms: [algorithm],
    clockTolerance: 30,
  }).catch(error => {
    throw new AppError('bad_ticket', { cause: error })
  })
  const parsed = claims.safeParse(verified.payload)
  if (!parsed.success) throw new AppError('bad_ticket', { cause: parsed.error })
  return parsed.data
}

const cache = new WeakMap<JWK, Promise<CryptoKey | Uint8Array>>()

function imported(key: JWK): Promise<CryptoKey | Uint8Array> {
  const known = cache.get(key)
  if (known) return known
  const fresh = importJWK(key, algorithm)
  cache.set(key, fresh)
  return fresh
}
