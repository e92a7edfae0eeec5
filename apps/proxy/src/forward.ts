import {
  type Agent,
  type ClientRequest,
  type IncomingMessage,
  request as httpRequest,
  type ServerResponse,
} from 'node:http'
import { forwardedAnswer, forwardedRequest, hasBody } from './headers.ts'
import { type Notice, sendNotice } from './page.ts'
import { NobodyListens } from './tunnel.ts'

/** Methods whose request may be sent again when the first connection turned out to be dead. */
const repeatable = new Set(['GET', 'HEAD', 'OPTIONS'])

export interface Through {
  readonly agent: Agent
  /** Name of the application, for people. */
  readonly app: string
  readonly isTls: boolean
}

/** Passes a request on through a tunnel and its answer back, both as they flow: nothing is gathered, either side may slow the other. */
export function forward(
  request: IncomingMessage,
  response: ServerResponse,
  through: Through,
  mayRepeat = repeatable.has(request.method ?? '') && !hasBody(request),
): void {
  const { agent, app, isTls } = through
  const upstream = httpRequest({
    agent,
    method: request.method ?? 'GET',
    path: request.url ?? '/',
    headers: forwardedRequest(request, { isUpgrade: false, isTls }),
    setHost: false,
  })
  const abort = (): void => {
    if (!response.writableFinished) upstream.destroy()
  }
  response.once('close', abort)
  upstream.once('continue', () => response.writeContinue())
  let isAnswered = false
  upstream.once('response', answer => {
    isAnswered = true
    passAnswer(answer, response, upstream)
  })
  upstream.on('error', error => {
    // From the first line of its answer on, the answer's own end says whether it is whole.
    if (response.headersSent || response.destroyed || isAnswered) return undefined
    response.removeListener('close', abort)
    // A tunnel kept alive may have died with the application's patience, unseen until it was used.
    if (mayRepeat && upstream.reusedSocket) return forward(request, response, through, false)
    return sendNotice(request, response, noticeOf(error, app, request))
  })
  sendBody(request, upstream)
}

/** Nothing has happened where nobody listened, nor to one who only looks; otherwise the request may have had its effect. */
function noticeOf(error: Error, app: string, { method = '' }: IncomingMessage): Notice {
  if (error instanceof NobodyListens || repeatable.has(method))
    return {
      status: 503,
      title: `${app} does not answer yet`,
      text: 'This page tries again by itself.',
      isWaiting: true,
    }
  return { status: 502, title: `${app} broke off`, text: 'It may have done what it was asked to.' }
}

function sendBody(request: IncomingMessage, upstream: ClientRequest): void {
  if (!hasBody(request)) {
    upstream.end()
    return
  }
  request.pipe(upstream, { end: false })
  request.once('end', () => {
    if (Object.keys(request.trailers).length > 0) upstream.addTrailers(trailersOf(request))
    upstream.end()
  })
  // A body that breaks off must not look like one that ended.
  request.once('error', () => upstream.destroy())
}

function passAnswer(
  answer: IncomingMessage,
  response: ServerResponse,
  upstream: ClientRequest,
): void {
  try {
    response.writeHead(
      answer.statusCode ?? 502,
      answer.statusMessage,
      forwardedAnswer(answer.headers),
    )
  } catch {
    // An application may say what no server may: a status of 0, say.
    upstream.destroy()
    response.writeHead(502, { connection: 'close' }).end()
    return
  }
  let isBegun = false
  answer.once('data', () => {
    isBegun = true
  })
  // Head and first bytes leave in one packet where they came in one; a head that came alone goes on alone.
  setImmediate(() => {
    if (!isBegun && !response.destroyed && !response.writableEnded) response.flushHeaders()
  })
  answer.pipe(response, { end: false })
  answer.once('end', () => {
    if (Object.keys(answer.trailers).length > 0) response.addTrailers(trailersOf(answer))
    response.end()
  })
  answer.once('error', () => response.destroy())
}

/** Without those that nobody sent: Node's types allow for them. */
const trailersOf = ({ trailers }: IncomingMessage): Record<string, string> =>
  Object.fromEntries(
    Object.entries(trailers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, value] as const],
    ),
  )
