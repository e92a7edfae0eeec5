import type { IncomingMessage, ServerResponse } from 'node:http'
import { api } from '@capstan/contract/api'
import type { Call } from '@capstan/contract/client'
import type { Route } from '@capstan/contract/proxy'
import { cookieName, grantsOf, isOwnOrigin } from './headers.ts'
import { type Notice, sendNotice } from './page.ts'
import { isRefusal, type ReadyRoute, type Routes } from './routes.ts'

const openAgain = (text: string): Notice => ({
  status: 401,
  title: 'Open this from the console',
  text,
})

const managerAway: Notice = {
  status: 503,
  title: 'Capstan cannot be reached at the moment',
  text: 'This page tries again by itself.',
  isWaiting: true,
}

/** Where a request of an application's host leads, or what to show in its place. */
export async function admit(
  request: IncomingMessage,
  label: string,
  routes: Routes,
): Promise<ReadyRoute | Notice> {
  const grants = grantsOf(request)
  if (grants.length === 0)
    return openAgain('This address works in the browser that opened it from there.')
  if (!isOwnOrigin(request))
    return { status: 403, title: 'Refused', text: 'The request comes from another site.' }
  let notice = openAgain('The permission has expired.')
  for (const grant of grants) {
    try {
      const route = await routes.find(grant)
      if (route.hostLabel === label) return route.status === 'ready' ? route : noticeOf(route)
      // A grant is for one host: carried to another it opens nothing.
      notice = openAgain('The permission is for another application.')
    } catch (error) {
      if (!isRefusal(error)) notice = managerAway
    }
  }
  return notice
}

function noticeOf(route: Exclude<Route, { status: 'ready' }>): Notice {
  const { app, sessionName, message } = route
  const where = sessionName === '' ? '' : `In session ${sessionName}. `
  switch (route.status) {
    case 'starting':
      return {
        status: 503,
        title: `${app} is starting`,
        text: `${where}${message}`,
        isWaiting: true,
      }
    case 'failed':
      return { status: 502, title: `${app} did not start`, text: `${where}${message}` }
    case 'gone':
      return { status: 410, title: `${app} is not there any more`, text: message }
    default:
      return managerAway
  }
}

export const isReady = (found: ReadyRoute | Notice): found is ReadyRoute => 'agentUrl' in found

export interface Opening {
  readonly label: string
  readonly call: Call
  readonly isTls: boolean
  readonly now: Date
}

/** `/_capstan/open?ticket=…`: exchanges the ticket for a grant, keeps it in a cookie of this host, and goes to the application. */
export async function openWithTicket(
  request: IncomingMessage,
  response: ServerResponse,
  { label, call, isTls, now }: Opening,
): Promise<void> {
  const ticket = new URL(request.url ?? '/', 'http://app').searchParams.get('ticket') ?? ''
  const exchanged = await call(api.proxy.exchange, { ticket }).catch((error: unknown) =>
    isRefusal(error) ? ('refused' as const) : ('away' as const),
  )
  if (exchanged === 'away') return sendNotice(request, response, managerAway)
  if (exchanged === 'refused' || exchanged.hostLabel !== label)
    return sendNotice(request, response, openAgain('A link from there is good for a minute.'))
  const lifetimeS = Math.floor((new Date(exchanged.expiresAt).getTime() - now.getTime()) / 1000)
  const attributes = [
    'HttpOnly',
    'SameSite=Lax',
    'Path=/',
    `Max-Age=${lifetimeS}`,
    ...(isTls ? ['Secure'] : []),
  ]
  response.writeHead(302, {
    location: '/',
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
    'set-cookie': `${cookieName}=${exchanged.grant}; ${attributes.join('; ')}`,
  })
  response.end()
  return undefined
}
