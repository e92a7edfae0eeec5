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

export const grantOf = ({ headers }: IncomingMessage): string | undefined =>
  new RegExp(`(?:^|;\\s*)${cookieName}=([^;\\s]+)`).exec(headers.cookie ?? '')?.[1]

const safeMethods = new Set(['GET', 'HEAD', 'OPTIONS'])

/** Browsers name the page that a request comes from: another site's may read nothing here, and change nothing. */
export function isOwnOrigin({ headers, method = 'GET' }: IncomingMessage): boolean {
  const { origin, upgrade, host } = headers
  if (origin === undefined || (safeMethods.has(method) && upgrade === undefined)) return true
  return URL.canParse(origin) && new URL(origin).host === host
}

/** What of a request goes on to the application: all but our cookie and what is of this connection only. Host and Origin stay. */
export function forwardedRequest(
  request: IncomingMessage,
  isUpgrade: boolean,
): OutgoingHttpHeaders {
  const { headers, socket } = request
  const dropped = isUpgrade ? ['proxy-connection'] : [...hopByHop, ...namedBy(headers.connection)]
  const kept = without(headers, dropped)
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
    'x-forwarded-proto': headers['x-forwarded-proto'] ?? 'http',
  }
}

function without(headers: IncomingHttpHeaders, dropped: readonly string[]): OutgoingHttpHeaders {
  const names = new Set([...dropped, 'cookie'])
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !names.has(name)))
}

/** What of an answer goes on to the browser. An application sets cookies of its own host only, and never ours. */
export function forwardedAnswer(headers: IncomingHttpHeaders): OutgoingHttpHeaders {
  const kept = without(headers, [...hopByHop, ...namedBy(headers.connection)])
  const cookies = headers['set-cookie']
    ?.filter(cookie => !cookie.trimStart().startsWith(`${cookieName}=`))
    .map(cookie => cookie.replace(/;\s*domain=[^;]*/gi, ''))
  return cookies && cookies.length > 0
    ? { ...kept, 'set-cookie': cookies }
    : without(kept as IncomingHttpHeaders, ['set-cookie'])
}

/** The head of a request or answer as it stands on the wire. */
export function headOf(firstLine: string, headers: OutgoingHttpHeaders): string {
  const lines = Object.entries(headers).flatMap(([name, value]) =>
    value === undefined ? [] : [value].flat().map(one => `${name}: ${one}`),
  )
  return `${[firstLine, ...lines].join('\r\n')}\r\n\r\n`
}
