import { AppError } from '@capstan/contract/errors'
import type { Context } from 'hono'
import { getCookie, setCookie } from 'hono/cookie'

const cookieName = 'capstan_session'

/** A browser stays signed in for as long as it is used once a week. */
export const browserSessionS = 7 * 24 * 3600

/** Behind a TLS proxy the manager itself speaks plain HTTP: it is told by the usual header. */
const isTls = (context: Context): boolean =>
  new URL(context.req.url).protocol === 'https:' ||
  context.req.header('x-forwarded-proto') === 'https'

export const readSessionCookie = (context: Context): string | undefined =>
  getCookie(context, cookieName)

export function setSessionCookie(context: Context, secret: string, lifetimeS: number): void {
  setCookie(context, cookieName, secret, {
    httpOnly: true,
    sameSite: 'Lax',
    path: '/',
    secure: isTls(context),
    maxAge: lifetimeS,
  })
}

const safeMethods = new Set(['GET', 'HEAD', 'OPTIONS'])

/** A request that a browser makes for another site does not act with our cookie, whatever SameSite let through. */
export function refuseOtherOrigin(context: Context): void {
  if (safeMethods.has(context.req.method)) return
  const site = context.req.header('sec-fetch-site')
  if (site !== undefined && site !== 'same-origin' && site !== 'none')
    throw new AppError('bad_origin')
  const origin = context.req.header('origin')
  if (origin === undefined) return
  if (!URL.canParse(origin) || new URL(origin).host !== context.req.header('host'))
    throw new AppError('bad_origin')
}
