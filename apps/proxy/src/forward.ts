import {
  type Agent,
  type IncomingMessage,
  request as httpRequest,
  type ServerResponse,
} from 'node:http'
import { pipeline } from 'node:stream'
import { forwardedAnswer, forwardedRequest } from './headers.ts'
import { sendNotice } from './page.ts'

/** Methods whose request may be sent again when the first connection turned out to be dead. */
const repeatable = new Set(['GET', 'HEAD', 'OPTIONS'])

/** Passes a request on through a tunnel and its answer back, both as they flow: nothing is gathered, either side may slow the other. */
export function forward(
  request: IncomingMessage,
  response: ServerResponse,
  agent: Agent,
  app: string,
): void {
  send(request, response, agent, { app, isLastTry: !repeatable.has(request.method ?? '') })
}

interface Try {
  readonly app: string
  readonly isLastTry: boolean
}

function send(
  request: IncomingMessage,
  response: ServerResponse,
  agent: Agent,
  { app, isLastTry }: Try,
): void {
  const upstream = httpRequest({
    agent,
    method: request.method ?? 'GET',
    path: request.url ?? '/',
    headers: forwardedRequest(request, false),
    setHost: false,
  })
  const abort = (): void => {
    if (!response.writableFinished) upstream.destroy()
  }
  response.once('close', abort)
  upstream.once('continue', () => response.writeContinue())
  upstream.once('response', answer => {
    response.writeHead(
      answer.statusCode ?? 502,
      answer.statusMessage,
      forwardedAnswer(answer.headers),
    )
    response.flushHeaders()
    pipeline(answer, response, () => {
      if (Object.keys(answer.trailers).length > 0 && !response.writableEnded)
        response.addTrailers(answer.trailers)
    })
  })
  upstream.once('error', () => {
    response.removeListener('close', abort)
    if (response.headersSent || response.destroyed) return response.destroy()
    // A tunnel kept alive may have died with the application's patience, unseen until it was used.
    if (!isLastTry && upstream.reusedSocket)
      return send(request, response, agent, { app, isLastTry: true })
    return sendNotice(request, response, {
      status: 503,
      title: `${app} does not answer yet`,
      text: 'This page tries again by itself.',
      isWaiting: true,
    })
  })
  if (repeatable.has(request.method ?? '')) upstream.end()
  else pipeline(request, upstream, () => {})
}
