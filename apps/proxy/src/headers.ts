import type { IncomingHttpHeaders, IncomingMessage, OutgoingHttpHeaders } from 'node:http'

/** Holds the grant of an application, on that application's own host. Never shown to the application. */
export const cookieName = 'capstan_app'

/** RFC 9110, section 7.6.1: of one connection, not of the message. */
const hopByHop = [
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'upgrade',
]

const namedBy = (connection: string | undefined): string[] =>
  (connection ?? '')
    .toLowerCase()
    .split(',')
    .map(name => name.trim())
    .filter(Boolean)

/** What tells where a message ends: a request that asks for these to be dropped would let its body pass for the next one. */
const framing = new Set(['transfer-encoding', 'content-length'])

/** What one connection says of itself. Framing stays: Node keeps it right. */
const droppedOf = (headers: IncomingHttpHeaders): string[] => [
  ...hopByHop,
  ...namedBy(headers.connection).filter(name => !framing.has(name)),
]

const grantPattern = new RegExp(`(?:^|;)\\s*${cookieName}=([^;\\s]+)`, 'g')

/** Another application of the same domain may have planted cookies of our name beside the right one. */
const mostGrants = 4

/** The grants that a request carries: one, unless somebody plays tricks. */
export const grantsOf = ({ headers }: IncomingMessage): string[] =>
  headers.cookie === undefined
    ? []
    : Array.from(headers.cookie.matchAll(grantPattern), match => match[1]!).slice(0, mostGrants)

const safeMethods = new Set(['GET', 'HEAD', 'OPTIONS'])

/** Browsers name the page that a request comes from: another site's may read nothing here, and change nothing. */
export function isOwnOrigin({ headers, method = 'GET' }: IncomingMessage): boolean {
  const { origin, upgrade, host } = headers
  if (origin === undefined || (safeMethods.has(method) && upgrade === undefined)) return true
  return URL.canParse(origin) && new URL(origin).host === host
}

export interface Forwarding {
  readonly isUpgrade: boolean
  /** Browsers reach this proxy by https. */
  readonly isTls: boolean
}

/** What of a request goes on to the application: all but our cookie and what is of this connection only. Host and Origin stay. */
export function forwardedRequest(
  { headers, socket }: IncomingMessage,
  { isUpgrade, isTls }: Forwarding,
): OutgoingHttpHeaders {
  const kept = without(headers, [
    ...(isUpgrade ? ['proxy-connection'] : droppedOf(headers)),
    'cookie',
  ])
  const cookies = (headers.cookie ?? '')
    .split(/;\s*/)
    .filter(one => one !== '' && !one.startsWith(`${cookieName}=`))
  return {
    ...kept,
    ...(cookies.length > 0 && { cookie: cookies.join('; ') }),
    'x-forwarded-for': [headers['x-forwarded-for'], socket.remoteAddress]
      .flat()
      .filter(Boolean)
      .join(', '),
    'x-forwarded-host': headers.host,
    'x-forwarded-proto': isTls ? 'https' : 'http',
  }
}

function without(headers: IncomingHttpHeaders, dropped: readonly string[]): OutgoingHttpHeaders {
  const kept: OutgoingHttpHeaders = { ...headers }
  for (const name of dropped) delete kept[name]
  return kept
}

/** What of an answer goes on to the browser. An application sets cookies of its own host only, and never ours. */
export function forwardedAnswer(headers: IncomingHttpHeaders): OutgoingHttpHeaders {
  const kept = without(headers, [...droppedOf(headers), 'set-cookie'])
  const cookies = headers['set-cookie']
    ?.filter(cookie => !cookie.trimStart().startsWith(`${cookieName}=`))
    .map(cookie => cookie.replace(/;\s*domain=[^;]*/gi, ''))
  return cookies && cookies.length > 0 ? { ...kept, 'set-cookie': cookies } : kept
}

/** Whether a body follows the head of a request. */
export const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0

/** The head of a request or answer as it stands on the wire. */
export function headOf(firstLine: string, headers: OutgoingHttpHeaders): Buffer {
  const lines = Object.entries(headers).flatMap(([name, value]) =>
    value === undefined ? [] : [value].flat().map(one => `${name}: ${one}`),
  )
  // Node reads header bytes as Latin-1; only so do they leave as they came.
  return Buffer.from(`${[firstLine, ...lines].join('\r\n')}\r\n\r\n`, 'latin1')
}
