import type { IncomingMessage, ServerResponse } from 'node:http'
import { createHash } from 'node:crypto'

export interface Notice {
  readonly status: number
  readonly title: string
  readonly text: string
  /** Asks again by itself until there is something to show. */
  readonly isWaiting?: boolean
}

const style = `:root{color-scheme:light dark}
body{margin:0;min-height:100vh;display:grid;place-items:center;font:16px/1.5 system-ui,sans-serif;background:Canvas;color:CanvasText}
main{max-width:34rem;padding:2rem;text-align:center}
h1{font-size:1.25rem;margin:0 0 .5rem}
p{margin:0;opacity:.8}
i{display:block;width:2rem;height:2rem;margin:0 auto 1.5rem;border:3px solid;border-right-color:transparent;border-radius:50%;opacity:.5;animation:t 1s linear infinite}
@keyframes t{to{transform:rotate(1turn)}}
@media (prefers-reduced-motion:reduce){i{animation:none}}`

const styleHash = createHash('sha256').update(style).digest('base64')

const escaped = (text: string): string =>
  text.replace(/[&<>"']/g, character => `&#${character.charCodeAt(0)};`)

/** A small page of our own in place of an application that cannot be shown; for programs, a problem document. */
export function sendNotice(
  request: IncomingMessage,
  response: ServerResponse,
  notice: Notice,
): void {
  const { status, title, text, isWaiting = false } = notice
  const isPage = (request.headers.accept ?? '').includes('text/html')
  const problem = { type: 'about:blank', title, status, detail: text }
  response.writeHead(status, {
    'content-type': isPage ? 'text/html; charset=utf-8' : 'application/problem+json',
    'cache-control': 'no-store',
    'content-security-policy': `default-src 'none'; style-src 'sha256-${styleHash}'; frame-ancestors 'none'`,
    'x-content-type-options': 'nosniff',
    ...(isWaiting && { 'retry-after': '1' }),
    // What is left of a body that nobody asked for would be taken for the next request.
    ...(!request.complete && { connection: 'close' }),
  })
  response.end(isPage ? pageOf(title, text, isWaiting) : JSON.stringify(problem))
}

function pageOf(title: string, text: string, isWaiting: boolean): string {
  const refresh = isWaiting ? '<meta http-equiv="refresh" content="1">' : ''
  const wheel = isWaiting ? '<i></i>' : ''
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">${refresh}<title>${escaped(title)}</title><style>${style}</style></head><body><main role="status">${wheel}<h1>${escaped(title)}</h1><p>${escaped(text)}</p></main></body></html>`
}
