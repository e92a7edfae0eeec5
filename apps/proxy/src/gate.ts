import type { IncomingMessage, ServerResponse } from 'node:http'
import { api } from '@capstan/contract/api'
import type { Call } from '@capstan/contract/client'
import { AppError } from '@capstan/contract/errors'
import { cookieName, grantOf, isOwnOrigin } from './headers.ts'
import { type Notice, sendNotice } from './page.ts'
import type { ReadyRoute, Routes } from './routes.ts'

const openAgain = (text: string): Notice => ({
  status: 401,
  title: 'Open this from the console',
  text,
})

/** Where a request of an application's host leads, or what to show in its place. */
export async function admit(
  request: IncomingMessage,
  label: string,
  routes: Routes,
): Promise<ReadyRoute | Notice> {
  const grant = grantOf(request)
  if (grant === undefined)
    return openAgain('This address works in the browser that opened it from there.')
  if (!isOwnOrigin(request))
    return { status: 403, title: 'Refused', text: 'The request comes from another site.' }
  try {
    const route = await routes.find(grant)
    // A grant is for one host: carried to another it opens nothing.
    if (route.hostLabel !== label) return openAgain('The permission is for another application.')
    if (route.status === 'ready') return route
    if (route.status === 'starting')
      return {
        status: 503,
        title: `${route.app} is starting`,
        text: `In session ${route.sessionName}.`,
        isWaiting: true,
      }
    const title =
      route.status === 'failed'
        ? `${route.app} did not start`
        : `${route.app} is not there any more`
    return { status: route.status === 'failed' ? 502 : 410, title, text: route.message }
  } catch (error) {
    if (error instanceof AppError && error.status < 500)
      return openAgain('The permission has expired.')
    return {
      status: 503,
      title: 'Capstan cannot be reached at the moment',
      text: 'This page tries again by itself.',
      isWaiting: true,
    }
  }
}

export const isReady = (found: ReadyRoute | Notice): found is ReadyRoute => 'agentUrl' in found

/** `/_capstan/open?ticket=…`: exchanges the ticket for a grant, keeps it in a cookie of this host, and goes to the application. */
export async function openWithTicket(
  request: IncomingMessage,
  response: ServerResponse,
  { label, call, isTls, now }: { label: string; call: Call; isTls: boolean; now: () => Date },
): Promise<void> {
  const ticket = new URL(request.url ?? '/', 'http://app').searchParams.get('ticket') ?? ''
  const exchanged = await call(api.proxy.exchange, { ticket }).catch((error: unknown) => {
    if (error instanceof AppError && error.status < 500) return undefined
    throw error
  })
  if (exchanged?.hostLabel !== label)
    return sendNotice(request, response, openAgain('A link from there is good for a minute.'))
  const lifetimeS = Math.floor((new Date(exchanged.expiresAt).getTime() - now().getTime()) / 1000)
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
}
