import { createReadStream, existsSync, statSync } from 'node:fs'
import { extname, join, resolve, sep } from 'node:path'
import { Readable } from 'node:stream'
import { apiPrefix } from '@capstan/contract/endpoint'
import type { HttpApp } from '@capstan/runtime/http'
import type { Context } from 'hono'

const types: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.map': 'application/json',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.webmanifest': 'application/manifest+json',
  '.woff2': 'font/woff2',
}

/** Styles may stand in elements (the component library sets variables there); scripts may not. Terminals are WebSockets of a proxy. */
const contentPolicy = [
  "default-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "connect-src 'self' ws: wss:",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ')

/** The console: files of the build, and its page for every other address, so that links into it work. */
export function serveConsole(http: HttpApp, folder: string | undefined): void {
  http.use(async (context, next) => {
    // Before there is an answer: each header that is added to one makes it anew.
    context.header('x-content-type-options', 'nosniff')
    context.header('referrer-policy', 'same-origin')
    context.header('x-frame-options', 'DENY')
    context.header('content-security-policy', contentPolicy)
    await next()
  })
  if (folder === undefined) return
  const root = resolve(folder)
  http.get('*', (context, next) => {
    if (context.req.path.startsWith(`${apiPrefix}/`)) return next()
    const path = resolve(join(root, decodeURIComponentSafely(context.req.path)))
    const isInside = path.startsWith(root + sep)
    if (isInside && isFile(path)) return send(context, path)
    const index = join(root, 'index.html')
    const isPage = extname(path) === '' && existsSync(index)
    return isPage ? send(context, index) : next()
  })
}

const isFile = (path: string): boolean =>
  statSync(path, { throwIfNoEntry: false })?.isFile() ?? false

function decodeURIComponentSafely(path: string): string {
  try {
    return decodeURIComponent(path).replaceAll('\0', '')
  } catch {
    return '/'
  }
}

/** Built files carry a hash in their name and never change; the page itself is asked for each time. Compressed twins are sent where taken. */
function send(context: Context, path: string): Response {
  const isHashed = path.includes(`${sep}assets${sep}`)
  const takesGzip =
    (context.req.header('accept-encoding') ?? '').includes('gzip') && isFile(`${path}.gz`)
  const file = takesGzip ? `${path}.gz` : path
  const headers = {
    'content-type': types[extname(path)] ?? 'application/octet-stream',
    'content-length': String(statSync(file).size),
    'cache-control': isHashed ? 'public, max-age=31536000, immutable' : 'no-cache',
    vary: 'accept-encoding',
    ...(takesGzip && { 'content-encoding': 'gzip' }),
  }
  // A file that is opened and not read is never closed.
  if (context.req.method === 'HEAD') return context.body(null, 200, headers)
  // Node's web stream type and the DOM's are the same thing under two names.
  const body = Readable.toWeb(createReadStream(file)) as ReadableStream
  return context.body(body, 200, headers)
}
