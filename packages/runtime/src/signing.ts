import { createHash, createHmac, timingSafeEqual } from 'node:crypto'

/** What a signature covers. The body is not: the scheme leaves that to TLS. */
export interface SignedParts {
  readonly method: string
  /** Path with query, exactly as sent. */
  readonly target: string
  /** Host with port, as in the `Host` header. */
  readonly host: string
  /** As in the `Date` header: ISO 8601 or RFC 1123. */
  readonly date: string
  /** As in the header; empty when the request has none. */
  readonly contentType: string
  /** As in `X-BackendAI-Version`; empty when the request has none. */
  readonly version: string
}

export interface Keypair {
  readonly accessKey: string
  readonly secretKey: string
}

/** What our own clients send as `X-BackendAI-Version`. */
export const signedApiVersion = 'v9.20250722'

/** How far the date of a signed request may be off, either way. */
export const signedDateToleranceMs = 15 * 60_000

const emptyHash = createHash('sha256').update('').digest('hex')

const hmac = (key: string | Buffer, text: string): Buffer =>
  createHmac('sha256', key).update(text).digest()

/**
 * Hex signature of a request: HMAC-SHA256 with a key derived from the secret key, the day in UTC and the host.
 * Throws a RangeError for a date that `parseSignedDate` does not take.
 */
export function signatureOf(parts: SignedParts, secretKey: string): string {
  const at = parseSignedDate(parts.date)
  if (at === undefined) throw new RangeError(`not a date to sign with: ${parts.date}`)
  const day = at.toISOString().slice(0, 10).replaceAll('-', '')
  const key = hmac(hmac(secretKey, day), parts.host)
  return hmac(key, stringToSign(parts)).toString('hex')
}

function stringToSign({ method, target, host, date, contentType, version }: SignedParts): string {
  return [
    method.toUpperCase(),
    target,
    date,
    `host:${host}`,
    `content-type:${contentType.toLowerCase()}`,
    `x-backendai-version:${version}`,
    emptyHash,
  ].join('\n')
}

/** The headers that make a request a signed one. `content-type` is among them, since it is covered. */
export function signRequest({
  accessKey,
  secretKey,
  ...parts
}: SignedParts & Keypair): Record<string, string> {
  const signature = signatureOf(parts, secretKey)
  return {
    date: parts.date,
    ...(parts.contentType !== '' && { 'content-type': parts.contentType }),
    'x-backendai-version': parts.version,
    authorization: `BackendAI signMethod=HMAC-SHA256, credential=${accessKey}:${signature}`,
  }
}

/** Access key and signature of an `Authorization` header of this scheme; undefined for any other. */
export function readAuthorization(
  header: string | undefined,
): { accessKey: string; signature: string } | undefined {
  const fields =
    /^BackendAI\s+signMethod=HMAC-SHA256\s*,\s*credential=([A-Za-z0-9]{1,64}):([0-9a-f]{64})\s*$/i.exec(
      header ?? '',
    )
  return fields ? { accessKey: fields[1]!, signature: fields[2]!.toLowerCase() } : undefined
}

/** Whether a request was signed with this secret key. Takes the same time for a near miss as for a far one. */
export function isSignedWith(secretKey: string, signature: string, parts: SignedParts): boolean {
  const expected = Buffer.from(signatureOf(parts, secretKey), 'hex')
  const given = Buffer.from(signature, 'hex')
  return given.length === expected.length && timingSafeEqual(given, expected)
}

const iso =
  /^(\d{4})-?(\d\d)-?(\d\d)[T ](\d\d):?(\d\d):?(\d\d)(\.\d{1,9})?(Z|[+-]\d\d(?::?\d\d)?)?$/i
const rfc1123 = /^[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d (GMT|UTC|[+-]\d{4})$/

/** The instant that a `Date` header names, in either form; without a zone it is in UTC. Undefined when it is neither. */
export function parseSignedDate(header: string): Date | undefined {
  const parsed = new Date(rfc1123.test(header) ? header : toIso(header))
  return Number.isNaN(parsed.getTime()) ? undefined : parsed
}

function toIso(header: string): string {
  const fields = iso.exec(header)
  if (!fields) return ''
  const [, year, month, day, hour, minute, second, fraction = '', zone = 'Z'] = fields
  return `${year}-${month}-${day}T${hour}:${minute}:${second}${fraction}${toIsoZone(zone)}`
}

function toIsoZone(zone: string): string {
  const digits = zone.replace(':', '')
  if (digits.length === 1) return 'Z'
  return `${digits.slice(0, 3)}:${digits.slice(3) || '00'}`
}
