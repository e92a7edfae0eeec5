import type { ServerResponse } from 'node:http'

const escape = (text: string): string =>
  text.replace(/[&<>"']/g, character => `&#${character.charCodeAt(0)};`)

/** A small page of our own, in place of an application that cannot be shown. One that waits asks again by itself. */
export function page(
  response: ServerResponse,
  status: number,
  title: string,
  text: string,
  isWaiting = false,
): void {
  const body = `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escape(title)}</title>${isWaiting ? '<meta http-equiv="refresh" content="1">' : ''}<style>:root{color-scheme:light dark}body{font:16px system-ui,sans-serif;display:grid;place-items:center;min-height:90vh;margin:0}main{max-width:32rem;padding:2rem;text-align:center}h1{font-size:1.25rem}</style></head><body><main role="status"><h1>${escape(title)}</h1><p>${escape(text)}</p></main></body></html>`
  response.writeHead(status, {
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'",
    ...(isWaiting && { 'retry-after': '1' }),
  })
  response.end(body)
}
